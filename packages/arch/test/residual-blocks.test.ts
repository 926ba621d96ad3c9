import {
  buildGraph,
  structuralHash,
  summarize,
  tensorType,
  verifyGraph,
  zerosInit,
  type Graph,
  type Tensor,
} from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import {
  basicBlock,
  bottleneckBlock,
  preactivationBasicBlock,
  preactivationBottleneckBlock,
  resnextBlock,
  squeezeExcitation,
  type BottleneckBlockOptions,
  type PreactivationBlockOptions,
} from '../src/index.ts';

function build(layer: (x: Tensor) => Tensor): Graph<'x', 'y'> {
  const graph = buildGraph({ x: tensorType('f32', ['N', 8, 9, 9]) }, ({ x }) => ({ y: layer(x) }));
  verifyGraph(graph);
  return graph;
}

const shapesOf = ({ parameters }: Graph): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(parameters).flatMap(([name, { type }]) => (type.shape.length > 1 ? [[name, type.shape]] : [])),
  );

const rowsOf = (graph: Graph): readonly string[] =>
  summarize(graph).rows.map(({ scope, operation }) => (scope === '' ? operation : `${operation} ${scope}`));

const outputOf = (graph: Graph<'x', 'y'>): unknown => graph.nodes[graph.outputs.y.value].type.shape;

describe('basicBlock', () => {
  it('adds the input where the shape stays', () => {
    const graph = build((x) => basicBlock(x, { out: 8 }));
    expect(shapesOf(graph)).toEqual({ 'conv1.weight': [8, 8, 3, 3], 'conv2.weight': [8, 8, 3, 3] });
    expect(rowsOf(graph)).toEqual([
      'conv2d conv1',
      'batchNorm bn1',
      'relu',
      'conv2d conv2',
      'batchNorm bn2',
      'add',
      'relu',
    ]);
  });

  it.each([
    ['B', ['conv2d', 'batchNorm'], ['conv1.weight', 'conv2.weight', 'downsample.0.weight']],
    ['A', ['slice', 'pad'], ['conv1.weight', 'conv2.weight']],
  ] as const)('has shortcut %s where it changes', (shortcut, operations, weights) => {
    const graph = build((x) => basicBlock(x, { out: 10, width: 6, stride: 2, shortcut }));
    expect(outputOf(graph)).toEqual(['N', 10, 5, 5]);
    expect(shapesOf(graph)).toMatchObject({ 'conv1.weight': [6, 8, 3, 3], 'conv2.weight': [10, 6, 3, 3] });
    expect(Object.keys(shapesOf(graph))).toEqual(weights);
    const kinds = graph.nodes.map((node) => (node.op === 'call' ? graph.functions[node.attrs.function].name : node.op));
    expect(kinds).toEqual(expect.arrayContaining([...operations, 'add', 'relu']));
    expect(kinds.filter((kind) => kind === 'pad')).toHaveLength(shortcut === 'A' ? 1 : 0);
  });

  it('has none in a plain network, whatever the probability of stochastic depth', () => {
    const graph = build((x) => basicBlock(x, { out: 8, shortcut: 'none', stochasticDepth: 0.5 }));
    expect(rowsOf(graph).slice(4)).toEqual(['batchNorm bn2', 'relu']);
  });
});

describe('bottleneckBlock', () => {
  it('is the grouped form of a ResNeXt block', () => {
    for (const settings of [{ out: 8 }, { out: 12, stride: 2 }]) {
      const one = build((x) => bottleneckBlock(x, { ...settings, width: 6, groups: 3 }));
      const other = build((x) => resnextBlock(x, { ...settings, form: 'grouped', width: 2, groups: 3 }));
      expect(structuralHash(one)).toBe(structuralHash(other));
    }
  });

  it('has a quarter of its output inside, and the stride in the 3x3 or in the first 1x1', () => {
    const macsOf = (options: Partial<BottleneckBlockOptions>): readonly number[] =>
      summarize(build((x) => bottleneckBlock(x, { out: 16, stride: 2, ...options }))).rows.flatMap(
        ({ operation, macs }) => (operation === 'conv2d' ? [macs] : []),
      );
    const [large, small] = [9 * 9, 5 * 5];
    const rest = [small * 4 * 4 * 9, small * 4 * 16, small * 8 * 16];
    expect(macsOf({})).toEqual([large * 8 * 4, ...rest]);
    expect(macsOf({ strideIn: '1x1' })).toEqual([small * 8 * 4, ...rest]);
  });

  it('takes another width before the 3x3, and other projections', () => {
    const projection = { name: 'shortcut', norm: 'none', kernel: 3 };
    const graph = build((x) => bottleneckBlock(x, { out: 16, width: 12, reduced: 6, groups: 2, projection }));
    expect(shapesOf(graph)).toEqual({
      'conv1.weight': [6, 8, 1, 1],
      'conv2.weight': [12, 3, 3, 3],
      'conv3.weight': [16, 12, 1, 1],
      'shortcut.weight': [16, 8, 3, 3],
    });
    expect(outputOf(graph)).toEqual(['N', 16, 9, 9]);
  });

  it('squeezes and drops the branch before the addition, and starts its last norm at zero', () => {
    const graph = build((x) =>
      bottleneckBlock(x, {
        out: 8,
        squeeze: (y) => squeezeExcitation(y, { squeezed: 2 }),
        dropout: 0.5,
        stochasticDepth: 0.25,
        zeroInitResidual: true,
      }),
    );
    expect(rowsOf(graph).slice(5)).toEqual([
      'relu',
      'dropout',
      'conv2d conv3',
      'batchNorm bn3',
      'globalAvgPool2d se',
      'conv2d se.fc1',
      'relu se',
      'conv2d se.fc2',
      'sigmoid se',
      'mul se',
      'dropPath',
      'add',
      'relu',
    ]);
    expect(Object.values(graph.functions).map(({ attrs }) => attrs)).toContainEqual(
      expect.objectContaining({ p: 0.25 }),
    );
    const zeroed = Object.entries(graph.parameters).filter(
      ([name, { init }]) => name.endsWith('.weight') && JSON.stringify(init) === JSON.stringify(zerosInit),
    );
    expect(zeroed.map(([name]) => name)).toEqual(['bn3.weight']);
  });
});

describe('blocks with pre-activation', () => {
  const basic = (options: PreactivationBlockOptions): Graph<'x', 'y'> =>
    build((x) => preactivationBasicBlock(x, options));
  const bottleneck = (options: PreactivationBlockOptions): Graph<'x', 'y'> =>
    build((x) => preactivationBottleneckBlock(x, options));
  const readBySum = (graph: Graph<'x', 'y'>): unknown => {
    const [, second] = graph.nodes[graph.outputs.y.value].inputs;
    return graph.nodes[second].op === 'call' ? 'activation' : graph.nodes[second].op;
  };

  it('put norm and relu before each convolution, and nothing after the sum', () => {
    const first = ['batchNorm bn1', 'relu', 'conv2d conv1', 'batchNorm bn2', 'relu', 'conv2d conv2'];
    expect(rowsOf(basic({ out: 8 }))).toEqual([...first, 'add']);
    expect(rowsOf(bottleneck({ out: 8 }))).toEqual([...first, 'batchNorm bn3', 'relu', 'conv2d conv3', 'add']);
    expect(shapesOf(bottleneck({ out: 8 }))).toEqual({
      'conv1.weight': [2, 8, 1, 1],
      'conv2.weight': [2, 2, 3, 3],
      'conv3.weight': [8, 2, 1, 1],
    });
  });

  it('project what the first convolution reads, without norm', () => {
    for (const make of [basic, bottleneck]) {
      const graph = make({ out: 16, stride: 2 });
      const readers = graph.nodes.filter(({ op }) => op === 'conv2d').map(({ inputs }) => inputs[0]);
      expect(readers.at(-1)).toBe(readers[0]);
      expect(rowsOf(graph).slice(-2)).toEqual(['conv2d downsample.0', 'add']);
      expect(outputOf(graph)).toEqual(['N', 16, 5, 5]);
    }
  });

  it('add the bare input, or after a bare convolution the activated one', () => {
    expect(readBySum(basic({ out: 8 }))).toBe('input');
    expect(readBySum(basic({ out: 8, activatedShortcut: true }))).not.toBe('input');
  });

  it('drop elements before the last convolution, squeeze, and start that convolution at zero', () => {
    for (const [make, last] of [
      [basic, 'conv2'],
      [bottleneck, 'conv3'],
    ] as const) {
      const graph = make({
        out: 8,
        dropout: 0.3,
        zeroInitResidual: true,
        squeeze: (y) => squeezeExcitation(y, { squeezed: 2 }),
      });
      const rows = rowsOf(graph);
      expect(rows[rows.indexOf(`conv2d ${last}`) - 1]).toBe('dropout');
      expect(rows.slice(-2)).toEqual(['mul se', 'add']);
      expect(graph.parameters[`${last}.weight`].init).toEqual(zerosInit);
    }
  });
});
