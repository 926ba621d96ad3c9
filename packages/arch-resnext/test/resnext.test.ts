import { bottleneckBlock, scaleModel } from '@netwright/arch';
import { buildGraph, costOf, summarize, tensorType } from '@netwright/ir';
import { testArchitecture, type GoldenNetwork } from '@netwright/testing';
import { describe, expect, it } from 'vitest';
import { resnext, widthFor } from '../src/index.ts';
import { goldenOf } from '../../../tools/workspace/recorded-networks.ts';

const recorded = ['resnext50_32x4d'].map(goldenOf);

/** From the metadata of torchvision's weights (parameters, billions of multiply-adds), and from the tables of imgclsmob (pytorchcv). */
const published: readonly GoldenNetwork[] = [
  { name: 'resnext101_32x8d', params: 88_791_336, macs: '16.41' },
  { name: 'resnext101_64x4d', params: 83_455_272, macs: '15.46' },
  { name: 'resnext101_32x4d', params: 44_177_704 },
  { name: 'cifar_resnext29_32x4d', params: 4_775_754 },
  { name: 'cifar_resnext29_16x64d', params: 68_155_210 },
  { name: 'cifar_resnext56_32x2d', params: 4_817_482 },
  { name: 'cifar_resnext56_64x1d', params: 4_744_906 },
  { name: 'cifar_resnext272_2x32d', params: 32_928_586 },
];

testArchitecture(resnext, { golden: [...recorded, ...published], tiny: { imageSize: 8 } });

describe('names', () => {
  it.each(['resnext26_32x4d', 'resnext152_64x4d', 'resnext50_1x64d', 'cifar_resnext29_4x64d', 'cifar_resnext20_2x64d'])(
    'include %s',
    (name) => {
      expect(resnext.has(name)).toBe(true);
    },
  );

  it.each(['resnext18_32x4d', 'resnext50', 'resnext50_0x4d', 'cifar_resnext28_8x64d', 'cifar_resnext2_8x64d'])(
    'do not include %s',
    (name) => {
      expect(resnext.has(name)).toBe(false);
    },
  );
});

describe('options', () => {
  it('zeroInitResidual, dropout, stochasticDepth and stem reach the network', () => {
    const graph = resnext('tiny', {
      zeroInitResidual: true,
      dropout: 0.1,
      stochasticDepth: 0.2,
      stem: 'imagenet',
      imageSize: 64,
    }).build();
    expect(graph.parameters['conv1.weight'].type.shape).toEqual([4, 3, 7, 7]);
    const zeroed = Object.entries(graph.parameters).filter(
      ([name, { init }]) => name.endsWith('.weight') && init.kind === 'constant' && init.value === 0,
    );
    expect(zeroed.map(([name]) => name)).toEqual(['layer1.0.bn3.weight', 'layer2.0.bn3.weight']);
    const operations = summarize(graph).rows.map(({ operation }) => operation);
    expect(operations.filter((operation) => operation === 'dropPath')).toHaveLength(2);
    expect(operations.filter((operation) => operation === 'dropout')).toHaveLength(1);
  });

  it('strideIn moves the stride: the same parameters, fewer multiply-adds', () => {
    const costs = (['3x3', '1x1'] as const).map((strideIn) => costOf(resnext('resnext50_32x4d', { strideIn }).build()));
    expect(costs[1].parameters).toBe(costs[0].parameters);
    expect(costs[1].macs).toBeLessThan(costs[0].macs);
  });

  it('multipliers keep the cardinality', () => {
    const { parameters } = scaleModel(resnext, 'resnext50_32x4d', { width: 2, depth: 0.5 }).build();
    expect(parameters['layer1.0.conv2.weight'].type.shape).toEqual([256, 8, 3, 3]);
    expect(parameters['layer1.0.conv3.weight'].type.shape[0]).toBe(512);
    expect(Object.hasOwn(parameters, 'layer3.3.conv1.weight')).toBe(false);
  });
});

describe('widthFor', () => {
  /** Of the blocks of ResNet-50: 256 x 64 + 9 x 64 x 64 + 64 x 256, about 70 thousand. */
  const budget = 256 * 64 + 9 * 64 * 64 + 64 * 256;

  it('gives the widths of table 2 of the paper, rounded as there', () => {
    const widths = [1, 2, 4, 8, 32].map((groups) => widthFor({ groups, macs: budget }));
    [64, 40, 24, 14, 4].forEach((expected, index) => {
      expect(Math.abs(widths[index] - expected)).toBeLessThan(expected * 0.05);
    });
    expect(widths[0]).toBeCloseTo(64, 10);
  });

  it('gives the width at which a block costs the budget', () => {
    for (const [groups, width, channels, kernel] of [
      [32, 4, 256, 3],
      [8, 16, 128, 5],
    ]) {
      const macs = groups * (2 * channels * width + kernel ** 2 * width ** 2);
      expect(widthFor({ groups, macs, channels, kernel })).toBeCloseTo(width, 10);
    }
    const block = buildGraph({ x: tensorType('f32', ['N', 256, 1, 1]) }, ({ x }) => ({
      y: bottleneckBlock(x, { out: 256, width: 32 * 4, groups: 32 }),
    }));
    expect(widthFor({ groups: 32, macs: costOf(block).macs })).toBeCloseTo(4, 10);
  });

  it.each([
    [{ groups: 0, macs: 1000 }, /groups must be a positive integer/],
    [{ groups: 2, macs: -1 }, /macs must be a positive number/],
    [{ groups: 2, macs: 1000, channels: 1.5 }, /channels must be a positive integer/],
  ])('refuses %o', (options, message) => {
    expect(() => widthFor(options)).toThrow(
      expect.objectContaining({ code: 'resnext.widthFor', message: expect.stringMatching(message) as string }),
    );
  });
});
