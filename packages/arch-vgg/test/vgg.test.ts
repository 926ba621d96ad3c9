import { testArchitecture, type GoldenNetwork } from '@netwright/testing';
import { costOf, inferenceMode, type Graph } from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import { vgg } from '../src/index.ts';
import { architectures, goldenOf } from '../../../tools/workspace/recorded-networks.ts';

const recorded = ['vgg11', 'vgg16', 'vgg16_bn', 'vgg19_bn'].map(goldenOf);

/** From the metadata of torchvision's weights (parameters, billions of multiply-adds). */
const torchvision: readonly GoldenNetwork[] = [
  { name: 'vgg11_bn', params: 132_868_840, macs: '7.609' },
  { name: 'vgg13', params: 133_047_848, macs: '11.308' },
  { name: 'vgg13_bn', params: 133_053_736, macs: '11.308' },
  { name: 'vgg19', params: 143_667_240, macs: '19.632' },
];

testArchitecture(vgg, { golden: [...recorded, ...torchvision], tiny: { imageSize: 8 } });

const parametersOf = (graph: Graph): number => costOf(graph).parameters;
const shapesOf = ({ parameters }: Graph) =>
  Object.fromEntries(Object.entries(parameters).map(([name, { type }]) => [name, type.shape]));

describe('the paper’s other columns', () => {
  it('have the parameters of table 2, in millions', () => {
    expect(Math.round(parametersOf(vgg('vgg11_lrn').build()) / 1e6)).toBe(133);
    expect(Math.round(parametersOf(vgg('vgg16_1x1').build()) / 1e6)).toBe(134);
  });

  it('vgg11_lrn normalizes once, without parameters', () => {
    expect(parametersOf(vgg('vgg11_lrn').build())).toBe(architectures.vgg11.params);
    const calls = (name: string) =>
      vgg(name)
        .build()
        .nodes.filter(({ op, attrs }) => op === 'call' && JSON.stringify(attrs).includes('localResponseNorm'));
    expect([calls('vgg11_lrn').length, calls('vgg11').length]).toEqual([1, 0]);
  });

  it('vgg16_1x1 ends its deep stages with a 1x1 convolution', () => {
    const kernels = Object.values(shapesOf(vgg('vgg16_1x1').build())).flatMap((shape) =>
      shape.length === 4 ? [shape[2]] : [],
    );
    expect(kernels).toEqual([3, 3, 3, 3, 3, 3, 1, 3, 3, 1, 3, 3, 1]);
  });
});

describe('options', () => {
  it('head: pooled has one layer on the means of the map, and takes small images', () => {
    const graph = vgg('vgg11', { head: 'pooled', imageSize: 32, classes: 10 }).build();
    expect(shapesOf(graph)).toMatchObject({ 'classifier.weight': [10, 512], 'classifier.bias': [10] });
    expect(Object.keys(graph.parameters).filter((name) => name.startsWith('classifier'))).toHaveLength(2);
    expect(graph.nodes[graph.outputs.logits.value].type.shape).toEqual(['N', 10]);
  });

  it('head: dense gives a 7x7 map for any size', () => {
    const shapes = [32, 224, 256].map(
      (imageSize) => shapesOf(vgg('vgg11', { imageSize }).build())['classifier.0.weight'],
    );
    expect(shapes).toEqual([
      [4096, 25088],
      [4096, 25088],
      [4096, 25088],
    ]);
  });

  it('width and hidden scale the channels and the dense head', () => {
    const shapes = shapesOf(vgg('vgg16_bn', { width: 8, hidden: 100, classes: 3 }).build());
    expect(shapes).toMatchObject({
      'features.0.weight': [8, 3, 3, 3],
      'features.41.weight': [64],
      'classifier.0.weight': [100, 64 * 49],
      'classifier.3.weight': [100, 100],
      'classifier.6.weight': [3, 100],
    });
  });

  it('dropout is there in training, twice, and not at 0', () => {
    const random = (options: Parameters<typeof vgg>[1], name = 'vgg11') =>
      vgg(name, options)
        .build()
        .nodes.filter(({ op, attrs }) => op === 'call' && JSON.stringify(attrs).includes('dropout'))
        .map(({ scope }) => scope);
    expect(random({})).toEqual(['classifier.2', 'classifier.5']);
    expect(random({ head: 'pooled' })).toEqual(['classifier']);
    expect(random({ dropout: 0 })).toEqual([]);
    expect(random({}, 'tiny')).toEqual([]);
  });

  it('starts as torchvision: Kaiming, fan out, for convolutions; deviation 0.01 for dense layers; biases 0', () => {
    const { parameters } = vgg('vgg11').build();
    expect(parameters['features.3.weight'].init).toMatchObject({ kind: 'kaiming', fan: 'fanOut', gain: Math.SQRT2 });
    expect(parameters['classifier.3.weight'].init).toEqual({ kind: 'normal', mean: 0, std: 0.01 });
    expect(parameters['features.3.bias'].init).toEqual({ kind: 'constant', value: 0 });
    expect(parameters['classifier.3.bias'].init).toEqual({ kind: 'constant', value: 0 });
  });

  it('takes images of other channels and sides', () => {
    const model = vgg('vgg13_bn', { channels: 1, imageSize: [64, 96], classes: 7 });
    expect(model.inputShape).toEqual([1, 64, 96]);
    expect(costOf(inferenceMode.run(model.build())).macs).toBeGreaterThan(0);
  });

  it('scales: channels, convolutions of each stage, and the dense head', () => {
    const channels = (name: string, options?: Parameters<typeof vgg>[1]) =>
      Object.entries(shapesOf(vgg(name, options).build())).flatMap(([key, shape]) =>
        /^features\.\d+\.weight$/.test(key) ? [shape[0]] : [],
      );
    expect(channels('vgg11', { widthMult: 0.5, depthMult: 1.5 })).toEqual([
      32, 32, 64, 128, 128, 128, 256, 256, 256, 256, 256, 256,
    ]);
    expect(channels('vgg19', { depthMult: 0.5 })).toEqual([64, 128, 256, 256, 512, 512, 512, 512]);
    expect(channels('vgg11', { widthMult: 2, width: 8 })).toEqual([16, 32, 64, 64, 128, 128, 128, 128]);
    expect(shapesOf(vgg('vgg11', { widthMult: 0.5 }).build())['classifier.3.weight']).toEqual([2048, 2048]);
    expect(costOf(vgg('vgg16_1x1', { depthMult: 1, widthMult: 1 }).build())).toEqual(costOf(vgg('vgg16_1x1').build()));
    const deeper = vgg('vgg11_lrn', { depthMult: 2 }).build();
    expect(costOf(deeper).macs).toBeGreaterThan(costOf(vgg('vgg11_lrn').build()).macs);
  });

  it('refuses a word that is no choice', () => {
    expect(() => vgg('tiny', { head: 'other' } as unknown as Parameters<typeof vgg>[1])).toThrow(
      'head is none of variant, ',
    );
  });
});
