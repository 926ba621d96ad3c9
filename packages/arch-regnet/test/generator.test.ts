// The generator, and the fitting of widths to groups, against what is published of the networks.

import { describe, expect, it } from 'vitest';
import { fitStages, regnetWidths } from '../src/index.ts';
import { roundHalfEven } from '../src/round-half-even.ts';
import { architectures } from '../../../tools/workspace/recorded-networks.ts';

describe('roundHalfEven', () => {
  it.each([
    [0.5, 0],
    [1.5, 2],
    [2.5, 2],
    [-0.5, 0],
    [-1.5, -2],
    [2.4999, 2],
    [2.5001, 3],
    [7, 7],
  ])('of %d is %d, as numpy.round', (value, expected) => {
    expect(roundHalfEven(value) + 0).toBe(expected);
  });
});

/** d, w0, wa, wm; widths and depths of table 12 and 13 of the paper before they are fitted to groups, from its figures. */
const PUBLISHED = [
  ['x 400mf', [22, 24, 24.48, 2.54], [24, 64, 152, 392], [1, 2, 7, 12]],
  ['y 800mf', [14, 56, 38.84, 2.4], [56, 136, 320, 776], [1, 3, 8, 2]],
  ['y 8gf', [17, 192, 76.82, 2.19], [192, 424, 920, 2016], [2, 4, 10, 1]],
] as const;

describe('regnetWidths', () => {
  it.each(PUBLISHED)('makes the stages of %s', (_, [depth, initialWidth, slope, multiplier], widths, depths) => {
    const { stages, blocks, continuous, possibleStages } = regnetWidths({ depth, initialWidth, slope, multiplier });
    expect(stages.map(({ width }) => width)).toEqual(widths);
    expect(stages.map((stage) => stage.depth)).toEqual(depths);
    expect(possibleStages).toBe(4);
    expect(blocks).toHaveLength(depth);
    expect(continuous.slice(0, 2)).toEqual([initialWidth, initialWidth + slope]);
  });

  it('counts the stages that a large slope skips', () => {
    const { stages, possibleStages } = regnetWidths({ depth: 4, initialWidth: 8, slope: 128, multiplier: 1.5 });
    expect(possibleStages).toBeGreaterThan(stages.length);
  });

  it('has one width without slope', () => {
    expect(regnetWidths({ depth: 5, initialWidth: 48, slope: 0, multiplier: 2 }).stages).toEqual([
      { width: 48, depth: 5 },
    ]);
  });

  it('refuses parameters outside the design space, with all reasons', () => {
    expect(() => regnetWidths({ depth: 0, initialWidth: 20, slope: -1, multiplier: 1 })).toThrow(
      expect.objectContaining({
        code: 'regnet.parameters',
        reasons: [
          'depth must be a positive integer',
          'initialWidth must be a positive multiple of 8',
          'slope must not be negative',
          'multiplier must be above 1',
        ],
      }),
    );
  });
});

describe('fitStages', () => {
  const widthsOf = (widths: readonly number[], groupWidth: number, compat: 'pycls' | 'torchvision') =>
    fitStages(
      widths.map((width) => ({ depth: 1, width, groupWidth })),
      compat,
    ).map(({ width }) => width);

  it.each([
    [[24, 64, 152, 392], 16, [32, 64, 160, 384], [32, 64, 160, 400]],
    [[56, 136, 320, 776], 16, [64, 128, 320, 768], [64, 144, 320, 784]],
    [[192, 424, 920, 2016], 56, [168, 448, 896, 2016], [224, 448, 896, 2016]],
  ])('makes %j multiples of %d: %j as pycls, %j as torchvision', (widths, group, pycls, torchvision) => {
    expect(widthsOf(widths, group, 'pycls')).toEqual(pycls);
    expect(widthsOf(widths, group, 'torchvision')).toEqual(torchvision);
  });

  it('fits the channels inside of bottlenecks, and groups that are too wide', () => {
    expect(fitStages([{ depth: 1, width: 60, groupWidth: 16, bottleneck: 0.25 }], 'pycls')).toEqual([
      { depth: 1, width: 60, groupWidth: 15, bottleneck: 0.25, stride: 2 },
    ]);
    expect(fitStages([{ depth: 2, width: 50, groupWidth: 16, bottleneck: 2, stride: 1 }], 'pycls')).toEqual([
      { depth: 2, width: 48, groupWidth: 16, bottleneck: 2, stride: 1 },
    ]);
    expect(fitStages([{ depth: 2, width: 20, groupWidth: 8, bottleneck: 3 }], 'pycls')).toEqual([
      { depth: 2, width: 16, groupWidth: 8, bottleneck: 3, stride: 2 },
    ]);
  });

  it('refuses sizes that make no network, with all reasons', () => {
    expect(() => fitStages([{ depth: 1.5, width: 8, groupWidth: 8, bottleneck: 1.5 }], 'pycls')).toThrow(
      expect.objectContaining({
        code: 'regnet.stages',
        reasons: [
          'stage 1: depth, width, groupWidth and stride must be positive integers',
          'stage 1: bottleneck must be positive, and an integer where it is above 1',
        ],
      }),
    );
    expect(() => fitStages([], 'pycls')).toThrow('expected one stage or more, of positive integers');
  });
});

it('the recorded networks have the widths that the generator and the fitting make', () => {
  const recorded = (name: string): readonly number[] =>
    [1, 2, 3, 4].flatMap((stage) =>
      architectures[name].layers.flatMap(([layer, , [, channels]]) =>
        layer === `trunk_output.block${String(stage)}.block${String(stage)}-0.f.c.0` ? [channels] : [],
      ),
    );
  for (const [name, [depth, initialWidth, slope, multiplier]] of PUBLISHED.slice(0, 2)) {
    const stages = regnetWidths({ depth, initialWidth, slope, multiplier }).stages.map((stage) => ({
      ...stage,
      groupWidth: 16,
    }));
    const key = `regnet_${name.replace(' ', '_')}`;
    for (const [compat, suffix] of [
      ['torchvision', ''],
      ['pycls', '_paper'],
    ] as const)
      expect(
        fitStages(stages, compat).map(({ width }) => width),
        key + suffix,
      ).toEqual(recorded(key + suffix));
  }
});
