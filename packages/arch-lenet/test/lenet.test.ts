import { testArchitecture, type GoldenNetwork } from '@netwright/testing';
import { costOf, inferenceMode, printGraph, summarize, type Graph } from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import { lenet } from '../src/index.ts';
import { architectures, models } from '../../../tools/workspace/recorded-networks.ts';

const { input, output, params, macs, layers } = architectures.lenet5;
const stateDict = models.find(({ name }) => name === 'lenet5')?.state_dict ?? [];

type Options = NonNullable<Parameters<typeof lenet>[1]>;

/** Everything of 1998 on the small network. */
const OF_1998: Options = {
  activation: 'scaledTanh',
  subsampling: 'trainable',
  connections: 'partial',
  output: 'rbf',
  initialization: 'paper',
};

/**
 * The connections that section II.B of the paper counts, less those of biases: C1 122,304, C3 151,600, C5 48,120, F6 10,164; subsampling is neither a convolution nor a
 * linear layer. Trainable parameters there: 60,000.
 */
const MACS_1998 = 122_304 - 6 * 28 * 28 + (151_600 - 16 * 10 * 10) + (48_120 - 120) + (10_164 - 84);

const golden: readonly GoldenNetwork[] = [
  { name: 'lenet5', input, output, params, macs, stateDict },
  { name: 'lenet5_1998', input, output, params: 60_000, macs: MACS_1998 },
  { name: 'lenet5_paper', input, output, params: 60_000, macs: MACS_1998 },
];

testArchitecture(lenet, { golden });

describe('with all of 1998', () => {
  testArchitecture(lenet, { golden: [], tiny: OF_1998, lr: 0.005 });
});

const elementsAt = ({ parameters }: Graph, position: string) =>
  Object.entries(parameters)
    .filter(([name]) => name.startsWith(`${position}.`))
    .reduce((total, [, { type }]) => total + type.shape.reduce<number>((product, dim) => product * Number(dim), 1), 0);

describe('lenet5', () => {
  it('has the layers of the record, by position', () => {
    const graph = lenet('lenet5').build();
    expect(stateDict).toHaveLength(10);
    expect(layers.map(([name]) => elementsAt(graph, name))).toEqual(layers.map(([, , , count]) => count));
    const rows = summarize(inferenceMode.run(graph)).rows.map(({ scope, outputShape }) => [scope, outputShape]);
    expect(rows).toEqual(layers.filter(([, type]) => type !== 'Flatten').map(([name, , shape]) => [name, shape]));
  });
});

describe('lenet5_1998', () => {
  it('has the parameters that the paper counts for each layer', () => {
    const graph = lenet('lenet5_1998').build();
    const named = { C1: '0', S2: '2', C3: '3', S4: '5', C5: '6', F6: '9', output: '11' };
    expect(
      Object.fromEntries(Object.entries(named).map(([layer, position]) => [layer, elementsAt(graph, position)])),
    ).toEqual({ C1: 156, S2: 12, C3: 1516, S4: 32, C5: 48_120, F6: 10_164, output: 0 });
  });

  it('starts every unit in +-2.4 / fan in', () => {
    const { parameters } = lenet('lenet5_1998').build();
    const bounds = Object.fromEntries(
      Object.entries(parameters).map(([name, { init }]) => [name, init.kind === 'uniform' ? 2.4 / init.high : init]),
    );
    const fans = { '0': 25, '2': 4, '3.0': 75, '3.1': 100, '3.2': 150, '5': 4, '6': 400, '9': 120 };
    for (const [layer, fan] of Object.entries(fans)) {
      expect(bounds[`${layer}.weight`], layer).toBeCloseTo(fan, 9);
      expect(bounds[`${layer}.bias`], layer).toBeCloseTo(fan, 9);
    }
    expect(Object.keys(bounds)).toHaveLength(16);
  });

  it('draws the ten digits as codes of +1 and -1, each its own', () => {
    const centres = lenet('lenet5_1998')
      .build()
      .nodes.flatMap((node) =>
        node.op === 'constant' && node.attrs.shape.join() === '10,84' ? node.attrs.values : [],
      );
    expect(centres).toHaveLength(840);
    expect(new Set(centres)).toEqual(new Set([1, -1]));
    const rows = Array.from({ length: 10 }, (_, digit) => centres.slice(digit * 84, (digit + 1) * 84));
    const distances = rows.flatMap((a, i) =>
      rows.slice(i + 1).map((b) => a.reduce((count, value, at) => count + (value === b[at] ? 0 : 1), 0)),
    );
    expect(Math.min(...distances)).toBeGreaterThanOrEqual(4);
  });
});

describe('options', () => {
  const shapeOf = (options: Options, name = 'lenet5') => {
    const graph = lenet(name, options).build();
    return graph.nodes[graph.outputs.logits.value].type.shape;
  };
  const operations = (options: Options) => summarize(lenet('lenet5', options).build()).rows.map((row) => row.operation);

  it('padding: auto brings small images to 32 pixels, and changes no parameter', () => {
    expect(costOf(lenet('lenet5', { imageSize: 28 }).build())).toMatchObject({ parameters: params, macs });
    expect(costOf(lenet('lenet5', { imageSize: [27, 30] }).build())).toMatchObject({ parameters: params, macs });
    expect(printGraph(lenet('lenet5', { imageSize: 27 }).build())).toContain('padding=[2, 2, 3, 3]');
  });

  it('padding: a number, and larger images', () => {
    expect(costOf(lenet('lenet5', { imageSize: 28, padding: 2 }).build()).macs).toBe(macs);
    expect(shapeOf({ imageSize: 64, channels: 3, classes: 5 })).toEqual(['N', 5]);
    expect(costOf(lenet('lenet5', { imageSize: 64 }).build()).parameters).toBeGreaterThan(params);
  });

  it('activation and subsampling', () => {
    expect(operations({ activation: 'relu', subsampling: 'max' })).toEqual([
      ...['conv2d', 'relu', 'maxPool2d', 'conv2d', 'relu', 'maxPool2d', 'conv2d', 'relu'],
      ...['matmul', 'relu', 'matmul'],
    ]);
    expect(elementsAt(lenet('lenet5', { subsampling: 'trainable' }).build(), '2')).toBe(12);
    expect(shapeOf({ activation: 'scaledTanh' })).toEqual(['N', 10]);
  });

  it('connections: partial saves 900 weights', () => {
    const { parameters } = costOf(lenet('lenet5', { connections: 'partial' }).build());
    expect(params - parameters).toBe(2416 - 1516);
  });

  it('output: rbf has codes for any number of classes, and no parameters', () => {
    expect(elementsAt(lenet('lenet5', { output: 'rbf' }).build(), '11')).toBe(0);
    expect(shapeOf({ classes: 26 }, 'lenet5_1998')).toEqual(['N', 26]);
    expect(shapeOf({ classes: 3 }, 'lenet5_1998')).toEqual(['N', 3]);
  });

  it('initialization: PyTorch’s defaults, or the paper’s', () => {
    const init = (options: Options) => lenet('lenet5', options).build().parameters['0.weight'].init;
    const torch = { kind: 'kaiming', distribution: 'uniform', fan: 'fanIn', gain: 1 / Math.sqrt(3) };
    expect([init({}), init({ initialization: 'paper' })]).toEqual([
      torch,
      { kind: 'uniform', low: -2.4 / 25, high: 2.4 / 25 },
    ]);
  });

  it('refuses a word that is no choice', () => {
    expect(() => lenet('tiny', { output: 'other' } as unknown as Parameters<typeof lenet>[1])).toThrow(
      'output is none of variant, ',
    );
  });
});
