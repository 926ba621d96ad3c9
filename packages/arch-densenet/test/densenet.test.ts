import { testArchitecture, type GoldenNetwork } from '@netwright/testing';
import { costOf, inferenceMode, summarize, type Graph } from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import { densenet, type DenseNetOptions } from '../src/index.ts';
import { architectures, goldenOf } from '../../../tools/workspace/recorded-networks.ts';

const recorded = architectures.densenet121;

/** From the metadata of torchvision's weights (parameters, billions of multiply-adds). */
const torchvision: readonly GoldenNetwork<DenseNetOptions>[] = [
  { name: 'densenet161', params: 28_681_000, macs: '7.73' },
  { name: 'densenet169', params: 14_149_480, macs: '3.36' },
  { name: 'densenet201', params: 20_013_928, macs: '4.29' },
];

testArchitecture(densenet, {
  golden: [goldenOf('densenet121'), ...torchvision],
  tiny: { imageSize: 6 },
});

const macsOf = (name: string, options: Parameters<typeof densenet>[1]): number =>
  costOf(inferenceMode.run(densenet(name, options).build())).macs;
const dropoutsOf = (graph: Graph): readonly string[] =>
  graph.nodes.flatMap((node) =>
    node.op === 'call' && graph.functions[node.attrs.function].name === 'dropout' ? [node.scope] : [],
  );

describe('layers', () => {
  it('of densenet121 have the recorded names, shapes and parameters, in that order', () => {
    const graph = densenet('densenet121').build();
    const { rows } = summarize(inferenceMode.run(graph));
    const received = rows.flatMap(({ scope, operation, outputShape }) =>
      operation === 'globalAvgPool2d' || operation === 'concat' ? [] : [[scope, outputShape] as const],
    );
    const expected = recorded.layers.map(([name, , shape]) => [name, shape] as const);
    const withoutLastRelu = received.filter(([scope]) => scope !== 'features');
    expect(withoutLastRelu.filter(([scope]) => !/transition\d\.pool$/.test(scope))).toEqual(
      expected.filter(([name]) => !/transition\d\.pool$/.test(name)),
    );
    expect(received.length - withoutLastRelu.length).toBe(1);
  });
});

describe('names', () => {
  /** Millions of parameters in table 2 of the paper, with 10 classes. */
  it.each([
    ['cifar_densenet_40_12', '1.0'],
    ['cifar_densenet_100_12', '7.0'],
    ['cifar_densenet_100_24', '27.2'],
    ['cifar_densenet_bc_100_12', '0.8'],
    ['cifar_densenet_bc_250_24', '15.3'],
    ['cifar_densenet_bc_190_40', '25.6'],
  ])('%s has the %s M parameters of the paper', (name, millions) => {
    const model = densenet(name);
    expect(model).toMatchObject({ inputShape: [3, 32, 32], classes: 10 });
    expect((costOf(model.build()).parameters / 1e6).toFixed(1)).toBe(millions);
  });

  it('follow the grammar', () => {
    for (const name of ['cifar_densenet_bc_22_12', 'cifar_densenet_22_8', 'densenet264'])
      expect(densenet.has(name), name).toBe(true);
    for (const name of [
      'cifar_densenet_bc_100',
      'cifar_densenet_bc_99_12',
      'cifar_densenet_41_12',
      'cifar_densenet_4_12',
      'cifar_densenet_bc_100_0',
      'cifar_densenet_bc_100_12_',
      'densenet122',
      'toString',
    ])
      expect(densenet.has(name), name).toBe(false);
  });
});

describe('options', () => {
  it('bottleneck and compression turn one CIFAR network into the other', () => {
    const shapes = ({ parameters }: Graph) => Object.entries(parameters).map(([key, { type }]) => [key, type.shape]);
    const plain = densenet('cifar_densenet_bc_40_8', { bottleneck: 0, compression: 1 }).build();
    const { parameters } = densenet('cifar_densenet_22_8').build();
    const names = (keys: readonly string[]) => keys.filter((key) => key.startsWith('features.denseblock'));
    expect(names(Object.keys(plain.parameters))).toEqual(names(Object.keys(parameters)));
    expect(shapes(plain)).toContainEqual(['features.transition1.conv.weight', [64, 64, 1, 1]]);
    const full = densenet('cifar_densenet_bc_40_8').build();
    expect(shapes(full)).toContainEqual(['features.transition1.conv.weight', [32, 64, 1, 1]]);
    expect(shapes(full)).toContainEqual(['features.denseblock1.denselayer1.conv1.weight', [32, 16, 1, 1]]);
  });

  it('growth widens the layers and the stem', () => {
    const { parameters } = densenet('densenet121', { growth: 48 }).build();
    expect(parameters['features.conv0.weight'].type.shape[0]).toBe(96);
    expect(parameters['features.denseblock4.denselayer16.conv2.weight'].type.shape).toEqual([48, 192, 3, 3]);
    expect(
      densenet('cifar_densenet_22_8', { growth: 6 }).build().parameters['features.conv0.weight'].type.shape[0],
    ).toBe(16);
  });

  it('widthMult and depthMult scale growth, stem and blocks', () => {
    const { parameters } = densenet('densenet121', { widthMult: 0.5, depthMult: 0.5 }).build();
    expect(parameters['features.conv0.weight'].type.shape[0]).toBe(32);
    expect(parameters['features.denseblock1.denselayer1.conv2.weight'].type.shape).toEqual([16, 64, 3, 3]);
    const layers = Object.keys(parameters).filter((key) => key.endsWith('.conv2.weight'));
    expect(
      [1, 2, 3, 4].map((block) => layers.filter((key) => key.includes(`denseblock${String(block)}.`)).length),
    ).toEqual([3, 6, 12, 8]);
  });

  it('dropout follows every dense layer, and is none by default', () => {
    expect(dropoutsOf(densenet('tiny').build())).toEqual([]);
    expect(dropoutsOf(densenet('tiny', { dropout: 0.2 }).build())).toEqual(
      ['1.denselayer1', '1.denselayer2', '2.denselayer1', '2.denselayer2'].map(
        (layer) => `features.denseblock${layer}`,
      ),
    );
  });

  it('stem chooses the stem', () => {
    const graph = densenet('densenet121', { stem: 'cifar', imageSize: 32 }).build();
    expect(graph.parameters['features.conv0.weight'].type.shape).toEqual([64, 3, 3, 3]);
    expect(Object.keys(graph.parameters)).not.toContain('features.norm0.weight');
    expect(macsOf('densenet121', { stem: 'imagenet' })).toBe(recorded.macs);
  });

  it('takes images of other sizes and channels', () => {
    const graph = densenet('densenet121', { channels: 1, imageSize: [64, 96], classes: 7 }).build();
    expect(graph.nodes[graph.outputs.logits.value].type.shape).toEqual(['N', 7]);
  });

  it.each([
    [{ growth: 1.5 }, 'growth must be an integer of 0 or more', '{"growth":1.5,"bottleneck":2,"compression":0.5}'],
    [
      { bottleneck: -1 },
      'bottleneck must be an integer of 0 or more',
      '{"growth":0,"bottleneck":-1,"compression":0.5}',
    ],
    [{ compression: 0 }, 'compression must be above 0 and at most 1', '{"growth":0,"bottleneck":2,"compression":0}'],
  ])('refuses %o', (options, reason, received) => {
    expect(() => densenet('tiny', options).build()).toThrow(
      expect.objectContaining({
        code: 'densenet.options',
        message: `densenet: expected sizes of dense layers and of transitions, received ${received}; ${reason}. [densenet.options]`,
      }),
    );
  });
});
