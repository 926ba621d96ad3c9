import { testArchitecture } from '@netwright/testing';
import { inferenceMode, summarize } from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import { zfnet } from '../src/index.ts';
import { architectures, goldenOf } from '../../../tools/workspace/recorded-networks.ts';

const { layers } = architectures.zfnet;

testArchitecture(zfnet, { golden: [goldenOf('zfnet')] });

it('has the layers of the record, by position', () => {
  const graph = zfnet('zfnet').build();
  const listed = layers.filter(([, type]) => !['Dropout', 'Flatten'].includes(type));
  expect(summarize(inferenceMode.run(graph)).rows.map(({ scope, outputShape }) => [scope, outputShape])).toEqual(
    listed.map(([name, , shape]) => [name, shape]),
  );
  const elements = (prefix: string) =>
    Object.entries(graph.parameters)
      .filter(([name]) => name.startsWith(`${prefix}.`))
      .reduce(
        (total, [, { type }]) => total + type.shape.reduce<number>((product, dim) => product * Number(dim), 1),
        0,
      );
  expect(layers.map(([name]) => elements(name))).toEqual(layers.map(([, , , count]) => count));
});

describe('options', () => {
  type Options = Parameters<typeof zfnet>[1];
  const calls = (operation: string, name: string, options?: Options) =>
    summarize(zfnet(name, options).build()).rows.filter((row) => row.operation === operation).length;

  it('localResponseNorm: none leaves the norms out and the names as they are', () => {
    expect(calls('localResponseNorm', 'zfnet')).toBe(2);
    expect(calls('localResponseNorm', 'zfnet', { localResponseNorm: 'none' })).toBe(0);
    const names = (options: Options) => Object.keys(zfnet('zfnet', options).build().parameters);
    expect(names({ localResponseNorm: 'none' })).toEqual(names({}));
  });

  it('dropout is there in training, twice, and not at 0', () => {
    expect([calls('dropout', 'zfnet'), calls('dropout', 'zfnet', { dropout: 0 }), calls('dropout', 'tiny')]).toEqual([
      2, 0, 0,
    ]);
  });

  it('stem: small takes images of 32 pixels', () => {
    const graph = zfnet('zfnet', { stem: 'small', imageSize: 32, classes: 10 }).build();
    expect(graph.parameters['0.weight'].type.shape).toEqual([96, 3, 5, 5]);
    expect(graph.nodes[graph.outputs.logits.value].type.shape).toEqual(['N', 10]);
  });

  it('initialization: the paper’s deviation of 0.01, PyTorch’s defaults, or Kaiming', () => {
    const starts = (options?: Options) => {
      const { parameters } = zfnet('zfnet', options).build();
      return [parameters['4.weight'].init, parameters['4.bias'].init];
    };
    const zero = { kind: 'constant', value: 0 };
    expect(starts()).toEqual([{ kind: 'normal', mean: 0, std: 0.01 }, zero]);
    expect(starts({ initialization: 'torch' })).toEqual([
      { kind: 'kaiming', distribution: 'uniform', fan: 'fanIn', gain: 1 / Math.sqrt(3) },
      { kind: 'biasOf', fanIn: 96 * 25 },
    ]);
    expect(starts({ initialization: 'kaiming' })).toEqual([
      { kind: 'kaiming', distribution: 'normal', fan: 'fanIn', gain: Math.SQRT2 },
      zero,
    ]);
  });

  it('refuses a word that is no choice', () => {
    expect(() => zfnet('tiny', { initialization: 'other' } as unknown as Parameters<typeof zfnet>[1])).toThrow(
      'initialization is none of variant, ',
    );
  });
});
