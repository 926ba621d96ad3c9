// Width, depth and resolution multipliers, and the compound coefficient.

import { costOf, flatten, globalAvgPool2d, inferenceMode, relu } from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import {
  batchNormLayer,
  compoundMultipliers,
  conv2dLayer,
  defineArchitecture,
  linearLayer,
  makeDivisible,
  repeatBlocks,
  scaleDepths,
  scaleModel,
} from '../src/index.ts';

interface Variant {
  readonly width: number;
  readonly depths: readonly number[];
}

const plain = defineArchitecture<Variant, { readonly kernel: number }>({
  family: 'plain',
  paper: 'https://example.org/plain',
  options: { kernel: 3 },
  variants: { plain8: { width: 64, depths: [4, 4] } },
  scale: ({ width, depths }, multipliers) => ({
    width: makeDivisible(width * multipliers.width),
    depths: scaleDepths(depths, multipliers.depth),
  }),
  build(image, { width, depths }, { classes, kernel }, builder) {
    let x = image;
    depths.forEach((depth, stage) => {
      for (let block = 0; block < depth; block++) {
        const input = x;
        x = builder.within(`${String(stage)}.${String(block)}`, () =>
          relu(batchNormLayer(conv2dLayer(input, { name: 'conv', out: width, kernel, padding: 1 }), { name: 'bn' })),
        );
      }
    });
    return linearLayer(flatten(globalAvgPool2d(x), 1), { name: 'fc', out: classes });
  },
});

const rigid = defineArchitecture<object, Readonly<Record<string, unknown>>>({
  family: 'rigid',
  paper: 'https://example.org/rigid',
  options: {},
  variants: { rigid1: {} },
  build: (image, _, { classes }) => linearLayer(flatten(image, 1), { name: 'fc', out: classes }),
});

describe('makeDivisible', () => {
  it.each([
    // torchvision._make_divisible
    [32 * 0.35, 8, undefined, 16],
    [24 * 0.35, 8, undefined, 8],
    [16 * 0.35, 8, undefined, 8],
    [1280 * 1.4, 8, undefined, 1792],
    [32 * 1.1, 8, undefined, 32],
    [392, 16, undefined, 400],
    [136, 16, undefined, 144],
    [776, 16, undefined, 784],
    [192, 56, undefined, 224],
    [3, 8, 16, 16],
  ])('of %d by %d (at least %s) is %d', (value, divisor, min, expected) => {
    expect(makeDivisible(value, divisor, min)).toBe(expected);
  });
});

describe('repeatBlocks', () => {
  it.each([
    ['AB C', 1, 'AB C'],
    ['AB C', 2, 'AABB CC'],
    ['ABC DE', 1.34, 'AABC DDE'],
    ['ABCD E', 0.5, 'AC E'],
  ])('%s, %d times: %s', (stages, multiplier, expected) => {
    const blocks = stages.split(' ').map((stage) => Array.from(stage));
    const repeated = repeatBlocks(blocks, multiplier);
    expect(repeated.map((stage) => stage.join('')).join(' ')).toBe(expected);
    expect(repeated.map(({ length }) => length)).toEqual(
      scaleDepths(
        blocks.map(({ length }) => length),
        multiplier,
      ),
    );
  });
});

describe('scaleDepths', () => {
  it.each([
    [[2, 2, 2, 2], 1, [2, 2, 2, 2]],
    [[2, 2, 2, 2], 1.2, [2, 3, 2, 3]],
    [[3, 4, 6, 3], 2, [6, 8, 12, 6]],
    [[3, 4, 6, 3], 0.5, [2, 2, 3, 1]],
    [[1, 1, 4], 0.1, [1, 1, 1]],
  ])('of %j by %d is %j', (depths, multiplier, expected) => {
    expect(scaleDepths(depths, multiplier)).toEqual(expected);
  });

  it('keeps the sum within half a block', () => {
    for (const multiplier of [1.1, 1.37, 1.44, 1.728, 2.6, 3.1]) {
      const total = scaleDepths([3, 4, 23, 3], multiplier).reduce((sum, depth) => sum + depth, 0);
      expect(Math.abs(total - 33 * multiplier)).toBeLessThanOrEqual(0.5);
    }
  });
});

describe('compoundMultipliers', () => {
  it('are powers of the coefficients', () => {
    expect(compoundMultipliers(0)).toEqual({ depth: 1, width: 1, resolution: 1 });
    expect(compoundMultipliers(2)).toEqual({ depth: 1.2 ** 2, width: 1.1 ** 2, resolution: 1.15 ** 2 });
    expect(compoundMultipliers(1, { alpha: 2, beta: 1, gamma: 1 })).toEqual({ depth: 2, width: 1, resolution: 1 });
  });

  it('refuse coefficients whose product is not near 2, and those that shrink', () => {
    expect(() => compoundMultipliers(1, { alpha: 1.5 })).toThrow(
      expect.objectContaining({
        code: 'scaling.coefficients',
        message: expect.stringContaining('alpha * beta^2 * gamma^2 is 2.400, not near 2') as string,
      }),
    );
    expect(() => compoundMultipliers(Number.NaN, { alpha: 0.9, beta: 1.5 })).toThrow(
      expect.objectContaining({
        reasons: [
          'alpha, beta and gamma must be at least 1',
          expect.stringContaining('not near 2') as string,
          'phi must be a number',
        ],
      }),
    );
  });
});

describe('scaleModel', () => {
  const cost = (...parameters: Parameters<typeof scaleModel>) =>
    costOf(inferenceMode.run(scaleModel(...parameters).build()));

  it('multiplies multiply-adds about as the compound rule says', () => {
    const base = cost(plain, 'plain8', {}, { imageSize: 64 }).macs;
    for (const phi of [1, 2, 3, 4]) {
      const { macs } = cost(plain, 'plain8', compoundMultipliers(phi), { imageSize: 64 });
      expect(Math.log2(macs / base)).toBeGreaterThan(phi - 0.4);
      expect(Math.log2(macs / base)).toBeLessThan(phi + 0.4);
    }
  });

  it('gives a model of the same family, with options that identify it', () => {
    const model = scaleModel(plain, 'plain8', { width: 1.5, depth: 2, resolution: 1.1 }, { imageSize: [40, 20] });
    expect(model).toMatchObject({
      name: 'plain8',
      inputShape: [3, 44, 22],
      options: { imageSize: [44, 22], widthMult: 1.5, depthMult: 2 },
    });
    const again = plain('plain8', model.options);
    expect(Object.keys(again.build().parameters)).toEqual(Object.keys(model.build().parameters));
    const { parameters } = model.build();
    expect(parameters['1.7.conv.weight'].type.shape).toEqual([96, 96, 3, 3]);
  });

  it('leaves a model as it is without multipliers', () => {
    expect(cost(plain, 'plain8', {})).toEqual(costOf(inferenceMode.run(plain('plain8').build())));
    expect(plain('plain8').options).toEqual({ classes: 1000, channels: 3, imageSize: 224, kernel: 3 });
  });

  it('refuses families that do not declare how they scale, and multipliers that are not positive', () => {
    expect([plain.scales, rigid.scales]).toEqual([true, false]);
    expect(() => scaleModel(rigid, 'rigid1', { width: 2 })).toThrow(
      expect.objectContaining({
        code: 'scaling.family',
        message:
          'scaleModel (rigid1): expected a family that declares how its variants scale, received rigid. [scaling.family]',
      }),
    );
    expect(() => rigid('rigid1', { widthMult: 2 })).toThrow('there is no option widthMult');
    expect(() => scaleModel(plain, 'plain8', { depth: 0 })).toThrow('widthMult and depthMult must be positive numbers');
  });
});
