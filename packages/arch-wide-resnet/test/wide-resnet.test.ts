import { scaleModel } from '@netwright/arch';
import { summarize } from '@netwright/ir';
import { testArchitecture, type GoldenNetwork } from '@netwright/testing';
import { describe, expect, it } from 'vitest';
import { wideResnet } from '../src/index.ts';
import { architectures, goldenOf } from '../../../tools/workspace/recorded-networks.ts';

const recorded = ['wrn_28_10', 'wrn_16_8', 'wide_resnet50_2'].map(goldenOf);

/** From the metadata of torchvision's weights (parameters, billions of multiply-adds), and from the tables of imgclsmob (pytorchcv). */
const published: readonly GoldenNetwork[] = [
  { name: 'wide_resnet101_2', params: 126_886_696, macs: '22.75' },
  { name: 'wrn_40_8', params: 35_748_314 },
  { name: 'wrn_16_10', params: 17_116_634 },
];

testArchitecture(wideResnet, { golden: [...recorded, ...published], tiny: { imageSize: 8 } });

it.each(['wrn_28_10', 'wrn_16_8'])('the layers of %s have the recorded names and shapes', (name) => {
  const { rows } = summarize(wideResnet(name).build());
  const layers = architectures[name].layers.filter(([, , , parameters]) => parameters > 0);
  const received = layers.map(([scope]) => [scope, rows.find((row) => row.scope === scope)?.outputShape]);
  expect(received).toEqual(layers.map(([scope, , shape]) => [scope, shape]));
});

describe('names', () => {
  it.each(['wrn_10_1', 'wrn_40_2', 'wrn_52_1', 'wide_resnet152_2', 'wide_resnet50_4'])('include %s', (name) => {
    expect(wideResnet.has(name)).toBe(true);
  });

  it.each(['wrn_4_1', 'wrn_28', 'wrn_27_10', 'wrn_28_0', 'wide_resnet50', 'wide_resnet18_2'])(
    'do not include %s',
    (name) => {
      expect(wideResnet.has(name)).toBe(false);
    },
  );
});

describe('options', () => {
  const operationsOf = (name: string, options: Parameters<typeof wideResnet>[1]): readonly string[] =>
    summarize(wideResnet(name, options).build()).rows.map(({ operation, scope }) => `${operation} ${scope}`);

  it.each([
    ['wrn_10_2', 'conv2d group1.0.conv2'],
    ['wide_resnet50_2', 'conv2d layer1.0.conv3'],
  ])('dropout of %s comes before the last convolution of a block', (name, last) => {
    const rows = operationsOf(name, { dropout: 0.3 });
    expect(rows[rows.indexOf(last) - 1]).toMatch(/^dropout /);
    expect(operationsOf(name, {}).filter((row) => row.startsWith('dropout'))).toEqual([]);
  });

  it('headDropout, stochasticDepth and zeroInitResidual reach the network', () => {
    const rows = operationsOf('tiny', { headDropout: 0.5, stochasticDepth: 0.5 });
    expect(rows.at(-2)).toBe('dropout ');
    expect(rows.filter((row) => row.startsWith('dropPath'))).toHaveLength(2);
    const { parameters } = wideResnet('tiny', { zeroInitResidual: true }).build();
    expect(parameters['group1.0.conv2.weight'].init).toMatchObject({ kind: 'constant', value: 0 });
  });

  it('stem chooses the stem', () => {
    const { parameters } = wideResnet('wide_resnet50_2', { stem: 'cifar', imageSize: 32 }).build();
    expect(parameters['conv1.weight'].type.shape).toEqual([64, 3, 3, 3]);
  });

  it('an identity shortcut adds the bare input, in the first block too', () => {
    const graph = wideResnet('wrn_10_1').build();
    const [sum] = graph.nodes.filter(({ op, scope }) => op === 'add' && scope === 'group1.0');
    expect(sum.inputs.map((input) => graph.nodes[input].op)).toEqual(['conv2d', 'conv2d']);
  });

  it('multipliers scale channels and blocks', () => {
    const { parameters } = scaleModel(wideResnet, 'wrn_16_4', { width: 0.5, depth: 2 }).build();
    expect(parameters['group1.3.conv1.weight'].type.shape).toEqual([32, 32, 3, 3]);
    expect(parameters['conv1.weight'].type.shape[0]).toBe(8);
  });
});
