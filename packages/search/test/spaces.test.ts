// Spaces: what they contain, how they are sampled, and what their points cost.

import * as regnet from '@netwright/arch-regnet';
import { describe, expect, it } from 'vitest';
import {
  ANYNET_LEVELS,
  anyNetX,
  candidateSource,
  choice,
  costOfModel,
  defineSpace,
  describeDimension,
  drawValue,
  hasValue,
  integers,
  probabilityOf,
  problemsOf,
  reals,
  regNetX,
  sampleSpace,
  sizeOf,
  type Configuration,
  type Dimension,
  type Space,
} from '../src/index.ts';
import { uniforms } from '../src/random.ts';
import { architectures } from '../../../tools/workspace/recorded-networks.ts';

const IMAGE = { plugin: regnet, imageSize: 224, channels: 3, classes: 1000, stemStride: 2 };
const SMALL = { plugin: regnet, imageSize: 28, channels: 1, classes: 10, stemStride: 1 };

const DIMENSIONS: readonly (readonly [string, Dimension])[] = [
  ['three words', choice(['a', 'b', 'c'])],
  ['depths of AnyNetX', integers({ low: 1, high: 16, scale: 'log' })],
  ['widths of AnyNetX', integers({ low: 8, high: 1024, step: 8, scale: 'log' })],
  ['depths of RegNetX', integers({ low: 1, high: 63 })],
  ['tenths', reals({ low: 8, high: 12, quantum: 0.1, scale: 'log' })],
];

describe('dimensions', () => {
  it.each(DIMENSIONS)('%s: values are as frequent as their probabilities say', (_, dimension) => {
    const draws = 40_000;
    const share = uniforms(3, 0, 0);
    const counts = new Map<unknown, number>();
    for (let index = 0; index < draws; index++) {
      const value = drawValue(dimension, share(index));
      expect(hasValue(dimension, value)).toBe(true);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    let total = 0;
    let chiSquared = 0;
    for (const [value, count] of counts) {
      const expected = draws * probabilityOf(dimension, value as number);
      total += expected;
      chiSquared += (count - expected) ** 2 / expected;
    }
    expect(counts.size).toBe(sizeOf(dimension));
    expect(total).toBeCloseTo(draws, 6);
    // Five standard deviations of the chi-squared distribution above its mean.
    const degrees = counts.size - 1;
    expect(chiSquared).toBeLessThan(degrees + 5 * Math.sqrt(2 * degrees));
  });

  it('reaches both ends, and nothing beyond', () => {
    for (const [, dimension] of DIMENSIONS.slice(1)) {
      if (dimension.kind !== 'range') continue;
      const ends = [drawValue(dimension, 0), drawValue(dimension, 1 - 2 ** -48)].map(Number).sort((a, b) => a - b);
      expect(ends).toEqual([dimension.low, dimension.high]);
    }
  });

  it('draws all reals of a continuous one, evenly or evenly in the logarithm', () => {
    const linear = reals({ low: -1, high: 3 });
    const log = reals({ low: 1, high: 100, scale: 'log' });
    expect([0, 0.25, 0.5].map((share) => drawValue(linear, share))).toEqual([-1, 0, 1]);
    expect(drawValue(log, 0.5)).toBeCloseTo(10, 12);
    expect(sizeOf(linear)).toBe(Infinity);
    expect(probabilityOf(linear, 0)).toBe(0);
    expect(hasValue(log, 0.5)).toBe(false);
    expect(describeDimension(log)).toBe('1 .. 100, logarithmic');
    expect(describeDimension(integers({ low: 8, high: 64, step: 8 }))).toBe('8 .. 64 by 8');
  });

  it.each([
    ['no values', () => choice([])],
    ['a value twice', () => choice([1, 1])],
    ['an end that is no multiple', () => integers({ low: 4, high: 64, step: 8 })],
    ['ends in the wrong order', () => integers({ low: 5, high: 4 })],
    ['zero on a logarithmic scale', () => reals({ low: 0, high: 4, scale: 'log' })],
  ])('refuses %s', (_, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'search.dimension' }));
  });
});

describe('AnyNetX', () => {
  const spaces = Object.fromEntries(ANYNET_LEVELS.map((level) => [level, anyNetX({ ...IMAGE, level })]));

  it('has the dimensions and sizes of table 1 of the paper', () => {
    const counts = ANYNET_LEVELS.map((level) => Object.keys(spaces[level].dimensions).length);
    expect(counts).toEqual([16, 13, 10, 10, 10]);
    expect(spaces.A.size).toBe((16 * 128 * 3 * 6) ** 4);
    expect(spaces.B.size).toBe((16 * 128 * 6) ** 4 * 3);
    expect(spaces.C.size).toBe((16 * 128) ** 4 * 3 * 6);
  });

  it('asks for widths, then for depths, that do not shrink', () => {
    const shrinking = { d1: 2, d2: 1, d3: 4, d4: 4, w1: 8, w2: 24, w3: 16, w4: 64, b: 1, g: 8 };
    expect(problemsOf(spaces.C, shrinking)).toEqual([]);
    expect(problemsOf(spaces.D, shrinking)).toEqual(['w3 >= w2 does not hold']);
    expect(problemsOf(spaces.E, shrinking)).toEqual(['w3 >= w2 does not hold', 'd2 >= d1 does not hold']);
    for (const level of ['D', 'E']) {
      const draw = candidateSource(spaces[level], 1);
      for (let index = 0; index < 200; index++) {
        const { w1, w2, w3, w4, d1, d2, d3, d4 } = draw() as Record<string, number>;
        expect(w1 <= w2 && w2 <= w3 && w3 <= w4).toBe(true);
        if (level === 'E') expect(d1 <= d2 && d2 <= d3 && d3 <= d4).toBe(true);
      }
    }
  });

  it('draws points that meet a constraint as often, among themselves, as the space without it does', () => {
    const small = { ...IMAGE, maxDepth: 2, maxWidth: 16 };
    const tally = (space: Space, level: string): Map<string, number> => {
      const draw = candidateSource(space, 7);
      const counts = new Map<string, number>();
      for (let index = 0; index < 16_000; index++) {
        const configuration = draw();
        if (problemsOf(anyNetX({ ...small, level: 'E' }), configuration).length > 0) continue;
        const key = [1, 2, 3, 4].map((stage) => String(configuration[`w${String(stage)}`])).join();
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      const total = [...counts.values()].reduce((a, b) => a + b, 0);
      expect(total, level).toBeGreaterThan(1000);
      return new Map([...counts].map(([key, count]) => [key, count / total]));
    };
    const [free, constrained] = [
      tally(anyNetX({ ...small, level: 'C' }), 'C'),
      tally(anyNetX({ ...small, level: 'E' }), 'E'),
    ];
    expect([...constrained.keys()].sort()).toEqual([...free.keys()].sort());
    for (const [key, share] of constrained) expect(Math.abs(share - (free.get(key) ?? 0))).toBeLessThan(0.05);
  });

  it.each([
    ...ANYNET_LEVELS.map((level) => [`anynetx_${level}`, anyNetX({ ...IMAGE, level })] as const),
    [
      'anynety on small images',
      anyNetX({ ...SMALL, level: 'A', squeezeRatio: 0.25, stemWidth: 16, maxWidth: 128 }),
    ] as const,
    ['anynetx on small images', anyNetX({ ...SMALL, level: 'A', stemWidth: 8, maxWidth: 64 })] as const,
    ['regnetx', regNetX({ ...IMAGE, slope: { low: 8, high: 64 } })] as const,
    ['regnety', regNetX({ ...SMALL, squeezeRatio: 0.25, depth: { low: 4, high: 20 } })] as const,
  ])('%s: costs are those of a fold over the whole graph', (_, space) => {
    const draw = candidateSource(space, 11);
    for (let index = 0; index < 12; index++) {
      const configuration = draw();
      expect(space.costOf(configuration), JSON.stringify(configuration)).toEqual(
        costOfModel(space.decode(configuration)),
      );
    }
  });

  it('weighs 10,000 candidates in under 10 seconds of one core', () => {
    const space = anyNetX({ ...IMAGE, level: 'A' });
    const draw = candidateSource(space, 2);
    const before = process.cpuUsage();
    let within = 0;
    for (let index = 0; index < 10_000; index++) {
      const { macs } = space.costOf(draw());
      if (macs >= 360e6 && macs <= 400e6) within++;
    }
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(10);
    // The paper's regime is a few per cent of the space.
    expect(within).toBeGreaterThan(50);
    expect(within).toBeLessThan(1000);
  });
});

/** d, w0, wa, wm and the group width of each RegNet that the oracle records: tables 12 and 13 of the paper. */
const NUMBERS: Readonly<Record<string, readonly [number, number, number, number, number]>> = {
  regnet_x_400mf: [22, 24, 24.48, 2.54, 16],
  regnet_y_800mf: [14, 56, 38.84, 2.4, 16],
  regnet_x_1_6gf: [18, 80, 34.01, 2.25, 24],
  regnet_y_3_2gf: [21, 80, 42.63, 2.66, 24],
  regnet_x_8gf: [23, 80, 49.56, 2.88, 120],
  regnet_y_16gf: [18, 200, 106.23, 2.48, 112],
  regnet_x_32gf: [23, 320, 69.86, 2, 168],
  regnet_x_400mf_paper: [22, 24, 24.48, 2.54, 16],
  regnet_y_800mf_paper: [14, 56, 38.84, 2.4, 16],
};

describe('RegNets', () => {
  it('all recorded ones are compared', () => {
    expect(Object.keys(architectures).filter((name) => name.startsWith('regnet_'))).toEqual(Object.keys(NUMBERS));
  });

  it.each(Object.entries(NUMBERS))('%s is the point of its four numbers', (name, [d, w0, wa, wm, g]) => {
    const space = regNetX({
      ...IMAGE,
      ...(name.startsWith('regnet_y') ? { squeezeRatio: 0.25 } : {}),
      compat: name.endsWith('_paper') ? 'pycls' : 'torchvision',
      initialWidth: { low: 8, high: 512 },
      slope: { low: 8, high: 256, quantum: 0.01 },
      groupWidths: [g],
    });
    const point = { d, w0, wa, wm, g, b: 1 };
    const { params, macs } = architectures[name];
    expect(space.costOf(point)).toMatchObject({ parameters: params, macs });
    expect(costOfModel(space.decode(point))).toEqual(space.costOf(point));
  });
});

describe('sampleSpace', () => {
  const space = anyNetX({ ...SMALL, level: 'C', maxWidth: 128 });

  it('gives distinct points within the limits, the same for the same seed', () => {
    const limits = { macs: [2e6, 3e6], parameters: [0, 60_000], activations: [0, 200_000] } as const;
    const { samples, candidates, rejected } = sampleSpace(space, { count: 40, seed: 5, limits });
    expect(new Set(samples.map(({ configuration }) => JSON.stringify(configuration))).size).toBe(40);
    for (const { configuration, cost } of samples) {
      expect(cost).toEqual(costOfModel(space.decode(configuration)));
      expect(cost.macs).toBeGreaterThanOrEqual(2e6);
      expect(cost.macs).toBeLessThanOrEqual(3e6);
      expect(cost.parameters).toBeLessThanOrEqual(60_000);
      expect(cost.activations).toBeLessThanOrEqual(200_000);
    }
    const all = rejected.macs + rejected.parameters + rejected.activations + rejected.repeated + samples.length;
    expect(all).toBe(candidates);
    const again = sampleSpace(space, { count: 15, seed: 5, limits }).samples;
    expect(again).toEqual(samples.slice(0, 15));
    expect(sampleSpace(space, { count: 15, seed: 6, limits }).samples).not.toEqual(again);
    expect(sampleSpace(space).samples).toHaveLength(500);
  });

  it('says what stood in the way when it finds too few', () => {
    expect(() => sampleSpace(space, { count: 3, limits: { macs: [0, 10] }, candidates: 50 })).toThrow(
      expect.objectContaining({
        code: 'search.sample',
        received: '0 among 50 candidates',
        reasons: ['limit of macs: 50'],
      }),
    );
    const three = defineSpace({
      name: 'three',
      dimensions: { a: choice([1, 2, 3]) },
      decode: () => space.decode({}),
      costOf: () => ({ parameters: 0, macs: 0, activations: 0 }),
    });
    expect(() => sampleSpace(three, { count: 4, candidates: 100 })).toThrow(
      expect.objectContaining({ code: 'search.sample', reasons: ['repeated: 97'] }),
    );
  });

  it('gives up on constraints that nothing meets', () => {
    const none = defineSpace({
      name: 'none',
      dimensions: { a: choice([1, 2]) },
      constraints: [{ name: 'a > 2', holds: ({ a }) => a > 2 }],
      decode: () => space.decode({}),
    });
    expect(() => sampleSpace(none, { count: 1 })).toThrow(
      expect.objectContaining({ code: 'search.sample', reasons: ['a > 2'] }),
    );
  });

  it('refuses what is no point of the space, with all reasons', () => {
    const configuration: Configuration = { d1: 0, d2: 1, d3: 1, d4: 1, w1: 9, w2: 8, w3: 8, w4: 8, b: 1, x: 1 };
    expect(() => space.decode(configuration)).toThrow(
      expect.objectContaining({
        code: 'search.configuration',
        reasons: [
          'there is no dimension x',
          'd1 is 0, not of 1 .. 16 by 1, logarithmic',
          'w1 is 9, not of 8 .. 128 by 8, logarithmic',
          'g is undefined, not of 1, 2, 4, 8, 16, 32',
        ],
      }),
    );
  });
});
