import { testArchitecture, type GoldenNetwork } from '@netwright/testing';
import { costOf, inferenceMode, summarize } from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import { alexnet } from '../src/index.ts';
import { architectures, goldenOf, models } from '../../../tools/workspace/recorded-networks.ts';

const recorded = ['alexnet', 'alexnet_paper'].map(goldenOf);

const small = models
  .filter(({ name }) => alexnet.has(name))
  .map(({ name, params, state_dict }): GoldenNetwork => ({ name, params, stateDict: state_dict }));

testArchitecture(alexnet, {
  golden: [
    ...recorded,
    ...small,
    // Krizhevsky's network without groups, as Keras and Caffe2 users count it
    { name: 'alexnet_paper', options: { groups: 1 }, params: 62_378_344 },
  ],
});

it('alexnet_mini is among the recorded networks', () => {
  expect(small.map(({ name }) => name)).toEqual(['alexnet_mini']);
});

it('alexnet_paper has the layers of the record, by position', () => {
  const rows = summarize(inferenceMode.run(alexnet('alexnet_paper').build())).rows;
  const listed = architectures.alexnet_paper.layers
    .filter(([, type]) => !['Dropout', 'Flatten'].includes(type))
    .map(([name, , shape]) => [name, shape]);
  expect(rows.map(({ scope, outputShape }) => [scope, outputShape])).toEqual(listed);
});

describe('options', () => {
  type Options = Parameters<typeof alexnet>[1];
  const macsOf = (name: string, options?: Options): number =>
    costOf(inferenceMode.run(alexnet(name, options).build())).macs;
  const calls = (operation: string, name: string, options?: Options) =>
    summarize(alexnet(name, options).build()).rows.filter((row) => row.operation === operation).length;

  it('groups split the second, fourth and fifth convolution', () => {
    const shapes = (options: Options) =>
      Object.entries(alexnet('alexnet', options).build().parameters).flatMap(([, { type }]) =>
        type.shape.length === 4 ? [type.shape[1]] : [],
      );
    expect(shapes({})).toEqual([3, 64, 192, 384, 256]);
    expect(shapes({ groups: 2 })).toEqual([3, 32, 192, 192, 128]);
    expect(macsOf('alexnet', { groups: 2 })).toBeLessThan(architectures.alexnet.macs);
  });

  it('localResponseNorm: none leaves the norms out and the names as they are', () => {
    expect(calls('localResponseNorm', 'alexnet_paper')).toBe(2);
    expect(calls('localResponseNorm', 'alexnet_paper', { localResponseNorm: 'none' })).toBe(0);
    const names = (options: Options) => Object.keys(alexnet('alexnet_paper', options).build().parameters);
    expect(names({ localResponseNorm: 'none' })).toEqual(names({}));
  });

  it('dropout is there in training, twice, and not at 0', () => {
    expect(calls('dropout', 'alexnet')).toBe(2);
    expect(calls('dropout', 'alexnet_paper')).toBe(2);
    expect(calls('dropout', 'alexnet', { dropout: 0 })).toBe(0);
    expect(calls('dropout', 'tiny')).toBe(0);
    expect(calls('dropout', 'tiny', { dropout: 0.2 })).toBe(2);
  });

  it('stem: small takes images of 32 pixels', () => {
    for (const name of ['alexnet', 'alexnet_paper']) {
      const graph = alexnet(name, { stem: 'small', imageSize: 32, classes: 10 }).build();
      expect(graph.nodes[graph.outputs.logits.value].type.shape).toEqual(['N', 10]);
    }
  });

  it('initialization: the paper’s deviation of 0.01 and biases of 1, PyTorch’s defaults, or Kaiming', () => {
    const biases = (options?: Options) =>
      Object.entries(alexnet('alexnet_paper', options).build().parameters).flatMap(([key, { init }]) =>
        key.endsWith('.bias') ? [init.kind === 'constant' ? init.value : init.kind] : [],
      );
    expect(biases()).toEqual([0, 1, 0, 1, 1, 1, 1, 0]);
    expect(biases({ initialization: 'torch' })).toEqual(Array.from({ length: 8 }, () => 'biasOf'));
    expect(biases({ initialization: 'kaiming' })).toEqual(Array.from({ length: 8 }, () => 0));
    const { parameters } = alexnet('alexnet_paper').build();
    expect(parameters['0.weight'].init).toEqual({ kind: 'normal', mean: 0, std: 0.01 });
    expect(alexnet('alexnet', { initialization: 'paper' }).build().parameters['features.0.weight'].init).toEqual({
      kind: 'normal',
      mean: 0,
      std: 0.01,
    });
  });

  it('refuses a word that is no choice', () => {
    expect(() => alexnet('tiny', { stem: 'other' } as unknown as Parameters<typeof alexnet>[1])).toThrow(
      'stem is none of variant, ',
    );
  });
});
