// Declaring architectures, and the layers that they are made of.

import {
  buildGraph,
  flatten,
  GraphBuilder,
  onesInit,
  relu,
  structuralHash,
  summarize,
  tensorType,
  verifyGraph,
  zerosInit,
} from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import {
  batchNormLayer,
  channelsOf,
  conv2dLayer,
  defineArchitecture,
  kaimingFanOut,
  layerNormLayer,
  linearLayer,
  plainLayers,
  sequential,
  torchDefaultInit,
} from '../src/index.ts';

const toy = defineArchitecture<{ readonly width: number }, { readonly bias: boolean; readonly aux: boolean }>({
  family: 'toy',
  paper: 'https://example.org/toy',
  options: { bias: true, aux: false },
  variants: { toy4: { width: 4 }, tiny: { width: 2 } },
  grammar: 'toyN',
  parse: (name) => (/^toy\d+$/.test(name) ? { width: Number(name.slice(3)) } : undefined),
  defaults: ({ width }) => (width < 4 ? { imageSize: 8, classes: 3 } : {}),
  build(image, { width }, { classes, bias, aux }) {
    const x = conv2dLayer(image, { name: 'conv', out: width, kernel: 3, padding: 1 });
    const features = flatten(x, 1);
    const logits = linearLayer(features, { name: 'fc', out: classes, bias });
    if (!aux) return logits;
    return {
      logits,
      aux: { value: linearLayer(features, { name: 'aux', out: classes }), role: 'trainingOnly', lossWeight: 0.3 },
    };
  },
});

const chosen = defineArchitecture<
  object,
  { readonly head: 'dense' | 'pooled'; readonly dropout: number; readonly bias: boolean }
>({
  family: 'chosen',
  paper: 'https://example.org/chosen',
  options: { head: 'dense', dropout: 0.5, bias: true },
  choices: { head: ['dense', 'pooled'] },
  variants: { tiny: {} },
  build: (image, _, { classes }) => linearLayer(flatten(image, 1), { name: 'fc', out: classes }),
});

describe('defineArchitecture', () => {
  it('resolves options: common, then the family’s, then the variant’s, then the caller’s', () => {
    expect(toy('toy4').options).toEqual({ classes: 1000, channels: 3, imageSize: 224, bias: true, aux: false });
    expect(toy('tiny').options).toEqual({ classes: 3, channels: 3, imageSize: 8, bias: true, aux: false });
    expect(toy('tiny', { imageSize: [6, 4], channels: 1, bias: false }).options).toEqual({
      classes: 3,
      channels: 1,
      imageSize: [6, 4],
      bias: false,
      aux: false,
    });
  });

  it('gives models that say what they are', () => {
    const { name, family, inputShape, classes } = toy('tiny', { imageSize: [6, 4] });
    expect({ name, family, inputShape, classes }).toEqual({
      name: 'tiny',
      family: 'toy',
      inputShape: [3, 6, 4],
      classes: 3,
    });
    expect({ family: toy.family, paper: toy.paper, variants: toy.variants, grammar: toy.grammar }).toEqual({
      family: 'toy',
      paper: 'https://example.org/toy',
      variants: ['toy4', 'tiny'],
      grammar: 'toyN',
    });
  });

  it('knows names by list and by grammar, and no others', () => {
    expect(['toy4', 'tiny', 'toy17', 'other', 'toString', '__proto__'].map((name) => toy.has(name))).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(toy('toy17', { imageSize: 4 }).build().parameters['conv.weight'].type.shape).toEqual([17, 3, 3, 3]);
  });

  it('builds a graph from `image` to `logits`, the same every time', () => {
    const model = toy('tiny');
    const graph = model.build();
    verifyGraph(graph);
    expect(graph.inputs.image.type).toEqual(tensorType('f32', ['N', 3, 8, 8]));
    expect(Object.keys(graph.outputs)).toEqual(['logits']);
    expect(Object.keys(graph.parameters)).toEqual(['conv.weight', 'fc.weight', 'fc.bias']);
    expect(chosen('tiny', { head: 'pooled', dropout: 0 }).options).toMatchObject({ head: 'pooled', dropout: 0 });
    expect(structuralHash(model.build())).toBe(structuralHash(graph));
  });

  it('keeps roles and loss weights of several outputs', () => {
    const { outputs } = toy('tiny', { aux: true }).build();
    expect(Object.entries(outputs).map(([name, { role, lossWeight }]) => [name, role, lossWeight])).toEqual([
      ['logits', 'prediction', 1],
      ['aux', 'trainingOnly', 0.3],
    ]);
  });

  it.each<[string, () => unknown]>([
    ['toy: expected one of toy4, tiny, or toyN, received big. [architecture.variant]', () => toy('big')],
    [
      'toy (tiny): expected options among classes, channels, imageSize, bias, aux, received {"classes":0,"channels":3,"imageSize":8.5,"bias":true,"aux":false,"size":1}; ' +
        'there is no option size; classes, channels and imageSize must be positive integers. [architecture.options]',
      () => toy('tiny', { classes: 0, imageSize: 8.5, size: 1 } as unknown as Parameters<typeof toy>[1]),
    ],
    [
      'chosen (tiny): expected options among classes, channels, imageSize, head, dropout, bias, received {"classes":1000,"channels":3,"imageSize":224,"head":"polled","dropout":"half","bias":0}; ' +
        'dropout is not a number; bias is not true or false; head is none of dense, pooled. [architecture.options]',
      () => chosen('tiny', { head: 'polled', dropout: 'half', bias: 0 } as unknown as Parameters<typeof chosen>[1]),
    ],
  ])('%s', (message, act) => {
    expect(act).toThrow(expect.objectContaining({ name: 'NetwrightError', message }));
  });
});

describe('layers', () => {
  const image = tensorType('f32', ['N', 6, 8, 8]);

  it('conv2dLayer has a weight, and a bias on request', () => {
    const graph = buildGraph({ x: image }, ({ x }) => ({
      plain: conv2dLayer(x, { name: 'plain', out: 9, kernel: [3, 5], groups: 3, stride: 2 }),
      biased: conv2dLayer(x, { name: 'biased', out: 4, kernel: 1, bias: true, init: { kind: 'constant', value: 1 } }),
      own: conv2dLayer(x, { name: 'own', out: 4, kernel: 1, bias: true, biasInit: zerosInit }),
    }));
    expect(
      Object.entries(graph.parameters).map(([name, { type, group, init }]) => [name, type.shape, group, init]),
    ).toEqual([
      ['plain.weight', [9, 2, 3, 5], 'decay', kaimingFanOut],
      ['biased.weight', [4, 6, 1, 1], 'decay', { kind: 'constant', value: 1 }],
      ['biased.bias', [4], 'noDecay', { kind: 'biasOf', fanIn: 6 }],
      ['own.weight', [4, 6, 1, 1], 'decay', kaimingFanOut],
      ['own.bias', [4], 'noDecay', zerosInit],
    ]);
    expect(graph.nodes[graph.outputs.plain.value].type.shape).toEqual(['N', 9, 3, 2]);
  });

  it('linearLayer has a weight and a bias, as torch.nn.Linear', () => {
    const graph = buildGraph({ x: tensorType('f32', ['N', 5]) }, ({ x }) => ({
      y: linearLayer(x, { name: 'fc', out: 7 }),
      z: linearLayer(x, { name: 'free', out: 2, bias: false }),
      w: linearLayer(x, { name: 'own', out: 2, biasInit: { kind: 'constant', value: 3 } }),
    }));
    expect(
      Object.entries(graph.parameters).map(([name, { type, group, init }]) => [name, type.shape, group, init]),
    ).toEqual([
      ['fc.weight', [7, 5], 'decay', torchDefaultInit],
      ['fc.bias', [7], 'noDecay', { kind: 'biasOf', fanIn: 5 }],
      ['free.weight', [2, 5], 'decay', torchDefaultInit],
      ['own.weight', [2, 5], 'decay', torchDefaultInit],
      ['own.bias', [2], 'noDecay', { kind: 'constant', value: 3 }],
    ]);
  });

  it('batchNormLayer has the entries of torch.nn.BatchNorm2d, and updates its statistics', () => {
    const graph = buildGraph({ x: image }, ({ x }) => ({ y: batchNormLayer(x, { name: 'bn1' }) }));
    verifyGraph(graph);
    expect(Object.keys(graph.parameters)).toEqual(['bn1.weight', 'bn1.bias']);
    expect(Object.values(graph.parameters).map(({ group }) => group)).toEqual(['noDecay', 'noDecay']);
    expect(
      Object.entries(graph.states).map(([name, { type, init, serializedAs }]) => [
        name,
        type.dtype,
        init,
        serializedAs,
      ]),
    ).toEqual([
      ['bn1.running_mean', 'f32', { kind: 'constant', value: 0 }, undefined],
      ['bn1.running_var', 'f32', { kind: 'constant', value: 1 }, undefined],
      ['bn1.num_batches_tracked', 'i32', { kind: 'constant', value: 0 }, 'I64'],
    ]);
    expect(Object.keys(graph.updates)).toEqual(['bn1.running_mean', 'bn1.running_var', 'bn1.num_batches_tracked']);
  });

  it('layerNormLayer has a weight of ones and a bias of zeros, as torch.nn.LayerNorm', () => {
    const graph = buildGraph({ x: tensorType('f32', ['N', 4, 5]) }, ({ x }) => ({
      y: layerNormLayer(x, { name: 'ln', eps: 1e-6 }),
    }));
    verifyGraph(graph);
    expect(
      Object.entries(graph.parameters).map(([name, { type, group, init }]) => [name, type.shape, group, init]),
    ).toEqual([
      ['ln.weight', [5], 'noDecay', { kind: 'constant', value: 1 }],
      ['ln.bias', [5], 'noDecay', zerosInit],
    ]);
    expect(graph.nodes[graph.outputs.y.value].type.shape).toEqual(['N', 4, 5]);
  });

  it('sequential names its layers by position, as torch.nn.Sequential', () => {
    const graph = buildGraph({ x: image }, ({ x }) => ({
      y: sequential(
        x,
        [
          (y) => conv2dLayer(y, { name: '', out: 3, kernel: 1 }),
          relu,
          (y) => flatten(y, 1),
          (y) => linearLayer(y, { name: '', out: 2 }),
        ],
        'features',
      ),
      z: sequential(x, [(y) => conv2dLayer(y, { name: 'conv', out: 3, kernel: 1 })]),
    }));
    expect(Object.keys(graph.parameters)).toEqual([
      'features.0.weight',
      'features.3.weight',
      'features.3.bias',
      '0.conv.weight',
    ]);
    expect(graph.nodes[graph.outputs.y.value].type.shape).toEqual(['N', 2]);
  });

  it('plainLayers makes a network of data, one layer for each step', () => {
    const layers = plainLayers(
      [
        { conv: 8, kernel: 3, stride: 2, padding: 1, groups: 2, biasInit: onesInit },
        'relu',
        { norm: { size: 3 } },
        { pool: 3, stride: 2, padding: 1 },
        'flatten',
        'dropout',
        { linear: 5 },
        { linear: 'classes', biasInit: onesInit },
      ],
      { classes: 3, dropout: 0.5, init: kaimingFanOut, biasInit: zerosInit },
    );
    const graph = buildGraph({ x: image }, ({ x }) => ({ y: sequential(x, layers) }));
    verifyGraph(graph);
    expect(Object.entries(graph.parameters).map(([name, { type, init }]) => [name, type.shape, init])).toEqual([
      ['0.weight', [8, 3, 3, 3], kaimingFanOut],
      ['0.bias', [8], onesInit],
      ['6.weight', [5, 32], kaimingFanOut],
      ['6.bias', [5], zerosInit],
      ['7.weight', [3, 5], kaimingFanOut],
      ['7.bias', [3], onesInit],
    ]);
    const rows = summarize(graph).rows.map(({ scope, operation, outputShape }) => [scope, operation, outputShape]);
    expect(rows).toEqual([
      ['0', 'conv2d', [1, 8, 4, 4]],
      ['1', 'relu', [1, 8, 4, 4]],
      ['2', 'localResponseNorm', [1, 8, 4, 4]],
      ['3', 'maxPool2d', [1, 8, 2, 2]],
      ['5', 'dropout', [1, 32]],
      ['6', 'matmul', [1, 5]],
      ['7', 'matmul', [1, 3]],
    ]);
  });

  it('plainLayers starts as PyTorch where nothing else is said', () => {
    const layers = plainLayers(['identity', 'flatten', { linear: 'classes' }], { classes: 3, dropout: 0 });
    const { parameters } = buildGraph({ x: image }, ({ x }) => ({ y: sequential(x, layers) }));
    expect(Object.entries(parameters).map(([name, { init }]) => [name, init])).toEqual([
      ['2.weight', torchDefaultInit],
      ['2.bias', { kind: 'biasOf', fanIn: 6 * 64 }],
    ]);
  });

  it('refuse axes without a fixed size', () => {
    const builder = new GraphBuilder();
    const open = builder.input('x', tensorType('f32', [2, 'N']));
    const error = (message: string) => expect.objectContaining({ name: 'NetwrightError', message }) as Error;
    expect(() => builder.within('head', () => channelsOf(open))).toThrow(
      error('layer (head): expected a fixed number of channels on axis 1, received f32[2, N]. [layer.channels]'),
    );
    expect(() => builder.within('block', () => linearLayer(open, { name: 'fc', out: 2 }))).toThrow(
      error('linearLayer (block.fc): expected a last axis of fixed size, received f32[2, N]. [linearLayer.features]'),
    );
    expect(() => builder.within('block', () => layerNormLayer(open, { name: 'ln' }))).toThrow(
      error(
        'layerNormLayer (block.ln): expected a last axis of fixed size, received f32[2, N]. [layerNormLayer.features]',
      ),
    );
  });
});
