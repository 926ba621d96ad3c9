import { describe, expect, it } from 'vitest';
import {
  add,
  avgPool2d,
  buildGraph,
  clamp,
  concat,
  conv2d,
  differentiate,
  dropout,
  foldBatchNorm,
  foldConstants,
  groupParallelConvolutions,
  GraphBuilder,
  inferenceMode,
  inlineFunctions,
  layerNorm,
  materializeParameters,
  maxPool2d,
  mergeParallelConvolutions,
  mergeSummedConvolutions,
  mul,
  pipeline,
  relu,
  split,
  sub,
  sum,
  tensorType,
  type Graph,
  type GraphPass,
  type Tensor,
} from '../../src/index.ts';
import { checkPass, drawLeaves, largestDifference } from '../check-pass.ts';
import { evaluateGraph } from '../evaluate-graph.ts';
import { norm } from '../small-graphs.ts';

const image = tensorType('f32', ['N', 4, 5, 5]);
const dims = { N: 2 };

type Build = (x: Tensor, builder: GraphBuilder) => Tensor;

function graphOf(build: Build): Graph<'x', 'y'> {
  return buildGraph({ x: image }, ({ x }, builder) => ({ y: build(x, builder) }));
}

/** With a scalar that every element of `y` enters differently, and its gradients for the input and all parameters. */
function withGradients(graph: Graph<'x', 'y'>): Graph {
  const builder = GraphBuilder.from(graph);
  const y = builder.tensor(graph.outputs.y.value);
  builder.output('loss', sum(mul(y, add(y, 0.3))));
  return differentiate(builder.finish<'x', 'y' | 'loss'>(), 'loss', ['x', ...Object.keys(graph.parameters)]);
}

/** Values and updates stay, and so do the gradients of what is differentiated after the pass. */
function check(pass: GraphPass, graph: Graph<'x', 'y'>): Graph<'x', 'y'> {
  const after = checkPass(pass, graph, { dims });
  const leaves = drawLeaves(graph, dims);
  const [expected, received] = [graph, after].map((version) => evaluateGraph(withGradients(version), leaves, dims));
  expect(Object.keys(received)).toEqual(Object.keys(expected));
  for (const [name, values] of Object.entries(expected)) {
    expect(largestDifference(received[name], values), name).toBeLessThanOrEqual(1e-12);
  }
  return after;
}

/** The new values of states as outputs. */
function updatesOf(graph: Graph): Graph {
  const outputs = Object.entries(graph.updates).map(
    ([name, value]) => [name, { value, role: 'prediction' as const, lossWeight: 1 }] as const,
  );
  return { ...graph, outputs: Object.fromEntries(outputs) };
}

function count(graph: Graph, op: string): number {
  return graph.nodes.filter(({ op: own }) => own === op).length;
}

function conv(
  x: Tensor,
  name: string,
  out: number,
  kernel: number,
  options: { bias?: boolean; groups?: number } = {},
): Tensor {
  const { builder } = x;
  return builder.within(name, () => {
    const { bias = false, groups = 1 } = options;
    const weight = builder.parameter('weight', [out, Number(x.shape[1]) / groups, kernel, kernel]);
    const biasParameter = bias ? builder.parameter('bias', [out]) : undefined;
    return conv2d(x, weight, { bias: biasParameter, padding: (kernel - 1) / 2, groups });
  });
}

/** 1x1 to `widths[i]`, 3x3, with norms, for each branch. */
function branches(x: Tensor, builder: GraphBuilder, widths: readonly number[]): readonly Tensor[] {
  return widths.map((width, index) =>
    builder.within(`branches.${String(index)}`, () => {
      const y = relu(norm(builder, conv(x, 'reduce', width, 1), 'bn1'));
      return relu(norm(builder, conv(y, 'conv', width, 3), 'bn2'));
    }),
  );
}

const grouping = pipeline([mergeParallelConvolutions, groupParallelConvolutions], { verify: true });

/** The 1x1 convolutions of an Inception module read one value; the pooled branch does not. */
const inception: Build = (x, builder) => {
  const one = relu(conv(x, 'one', 3, 1, { bias: true }));
  const three = relu(conv(relu(conv(x, 'threeReduce', 2, 1, { bias: true })), 'three', 4, 3, { bias: true }));
  const five = relu(conv(relu(conv(x, 'fiveReduce', 1, 1, { bias: true })), 'five', 2, 5, { bias: true }));
  const pooled = maxPool2d(x, { kernel: 3, stride: 1, padding: 1 });
  const pool = relu(conv(pooled, 'pool', 2, 1, { bias: true }));
  return norm(builder, concat([one, three, five, pool], 1), 'after');
};

describe('merge-parallel-convolutions', () => {
  it('makes one of the 1x1 convolutions of an Inception module, with their biases and activations', () => {
    const graph = graphOf(inception);
    const after = check(mergeParallelConvolutions, graph);
    expect([count(graph, 'conv2d'), count(after, 'conv2d')]).toEqual([6, 4]);
    expect([count(graph, 'call'), count(after, 'call')]).toEqual([7, 5]);
    expect(mergeParallelConvolutions.run(after)).toEqual(after);
  });

  it('joins batch norms of different widths, with statistics of the batch and their updates', () => {
    const graph = graphOf((x, builder) => concat(branches(x, builder, [2, 3]), 1));
    const after = check(mergeParallelConvolutions, graph);
    expect([count(after, 'conv2d'), count(after, 'call')]).toEqual([3, 6]);
    expect(Object.keys(after.updates)).toEqual(Object.keys(graph.updates));
    check(mergeParallelConvolutions, inferenceMode.run(graph));
  });

  it.each<[string, Build, number]>([
    [
      'channel-by-channel functions and products of slices',
      (x) => {
        const [a, b] = ['a', 'b'].map((name) => {
          const y = conv(x, name, 3, 1);
          return mul(clamp(y, -1, 1), avgPool2d(y, { kernel: 1 }));
        });
        return concat([a, b], 1);
      },
      1,
    ],
    ['a value from both sides', (x) => concat([sub(1, conv(x, 'a', 2, 1)), sub(1, conv(x, 'b', 3, 1))], 1), 1],
    ['kernels of one size that is not 1x1', (x) => add(conv(x, 'a', 2, 3), conv(x, 'b', 2, 3)), 1],
  ])('joins %s', (_, build, convolutions) => {
    const after = check(mergeParallelConvolutions, graphOf(build));
    expect(count(after, 'conv2d')).toBe(convolutions);
  });

  it('does not join functions that mix channels, or that differ', () => {
    const mixing = graphOf((x) =>
      concat(
        ['a', 'b'].map((name) => layerNorm(conv(x, name, 3, 1), { normalizedShape: [3, 5, 5] })),
        1,
      ),
    );
    expect(count(check(mergeParallelConvolutions, mixing), 'call')).toBe(2);
    const differing = graphOf((x) => concat([clamp(conv(x, 'a', 3, 1), 0, 1), clamp(conv(x, 'b', 3, 1), 0, 2)], 1));
    expect(count(check(mergeParallelConvolutions, differing), 'call')).toBe(2);
  });

  it('keeps the masks of dropout', () => {
    const graph = graphOf((x) => concat([dropout(conv(x, 'a', 3, 1)), dropout(conv(x, 'b', 3, 1))], 1));
    const after = checkPass(mergeParallelConvolutions, graph, { dims });
    expect([count(after, 'conv2d'), count(after, 'call')]).toEqual([1, 2]);
  });

  it.each<[string, Build]>([
    ['convolutions of different inputs', (x) => add(conv(x, 'a', 4, 1), conv(relu(x), 'b', 4, 1))],
    ['kernels of different sizes', (x) => add(conv(x, 'a', 4, 1), conv(x, 'b', 4, 3))],
    ['grouped convolutions', (x) => add(conv(x, 'a', 4, 1, { groups: 2 }), conv(x, 'b', 4, 1, { groups: 2 }))],
  ])('leaves %s', (_, build) => {
    const graph = graphOf(build);
    expect(mergeParallelConvolutions.run(graph)).toEqual(graph);
  });
});

describe('group-parallel-convolutions', () => {
  it('makes the grouped form of equal branches, also in training form', () => {
    const graph = graphOf((x, builder) => concat(branches(x, builder, [2, 2, 2]), 1));
    const after = check(grouping, graph);
    const convolutions = after.nodes.flatMap((node) => (node.op === 'conv2d' ? [node.attrs.groups] : []));
    expect(convolutions).toEqual([1, 3]);
    expect([count(after, 'call'), count(after, 'slice')]).toEqual([4, 12]);
  });

  it('multiplies groups, and leaves a part of the channels alone', () => {
    const graph = graphOf((x) => {
      const wide = conv(x, 'wide', 12, 1);
      const parts = split(wide, 4, 1).slice(0, 2);
      return concat([...parts.map((part, i) => conv(part, String(i), 4, 3, { groups: 2 })), x], 1);
    });
    const after = check(groupParallelConvolutions, graph);
    expect(after.nodes.flatMap((node) => (node.op === 'conv2d' ? [node.attrs.groups] : []))).toEqual([1, 4]);
  });

  it('leaves convolutions of parts of different width', () => {
    const graph = graphOf((x) => {
      const [a, b] = split(x, [1, 3], 1);
      return concat([conv(a, 'a', 2, 3), conv(b, 'b', 2, 3)], 1);
    });
    expect(groupParallelConvolutions.run(graph)).toEqual(graph);
  });
});

describe('merge-summed-convolutions', () => {
  it.each<[string, Build, number]>([
    [
      'the ends of branches, with their biases and a shortcut',
      (x, builder) => {
        const ends = branches(x, builder, [2, 3]).map((y, i) => conv(y, `end${String(i)}`, 4, 1, { bias: true }));
        return relu(
          add(
            ends.reduce((total, end) => add(total, end)),
            x,
          ),
        );
      },
      5,
    ],
    ['two convolutions of one value, whose weights add up', (x) => add(conv(x, 'a', 3, 3), conv(x, 'b', 3, 3)), 1],
    [
      'convolutions of two sizes, each among themselves',
      (x) =>
        add(
          add(conv(x, 'a', 4, 1), conv(x, 'b', 4, 3)),
          add(conv(relu(x), 'c', 4, 3), add(conv(relu(x), 'd', 4, 1), x)),
        ),
      2,
    ],
  ])('joins %s', (_, build, convolutions) => {
    const after = check(mergeSummedConvolutions, graphOf(build));
    expect(count(after, 'conv2d')).toBe(convolutions);
    expect(mergeSummedConvolutions.run(after)).toEqual(after);
  });

  it.each<[string, Build]>([
    [
      'a term that something else reads',
      (x) => {
        const a = conv(x, 'a', 4, 1);
        return mul(add(a, conv(relu(x), 'b', 4, 1)), a);
      },
    ],
    ['norms between convolution and sum', (x, b) => add(norm(b, conv(x, 'a', 4, 1), 'n'), conv(relu(x), 'b', 4, 1))],
  ])('leaves %s', (_, build) => {
    const graph = graphOf(build);
    expect(mergeSummedConvolutions.run(graph)).toEqual(graph);
  });
});

describe('materializeParameters', () => {
  it('turns joined weights and statistics into parameters and states of their own, and converts the values', () => {
    const graph = graphOf((x, builder) => concat(branches(x, builder, [2, 2]), 1));
    const merged = grouping.run(graph);
    const { graph: after, conversion } = materializeParameters(merged);
    expect(Object.entries(after.parameters).map(([name, { type, group }]) => [name, type.shape, group])).toEqual([
      ['branches.reduce.weight', [4, 4, 1, 1], 'decay'],
      ['branches.bn1.weight', [4], 'noDecay'],
      ['branches.bn1.bias', [4], 'noDecay'],
      ['branches.conv.weight', [4, 2, 3, 3], 'decay'],
      ['branches.bn2.weight', [4], 'noDecay'],
      ['branches.bn2.bias', [4], 'noDecay'],
    ]);
    const statistics = ['bn1', 'bn2'].flatMap((bn) =>
      ['running_mean', 'running_var', 'num_batches_tracked'].map((name) => `branches.${bn}.${name}`),
    );
    expect(Object.keys(after.states).sort()).toEqual([...statistics].sort());
    expect(Object.keys(after.updates).sort()).toEqual([...statistics].sort());
    const leaves = drawLeaves(merged, dims);
    const converted = { x: leaves.x, ...evaluateGraph(conversion, leaves) };
    const [expected, received] = [
      evaluateGraph(withGradients(merged), leaves, dims),
      evaluateGraph(withGradients(after), converted, dims),
    ];
    for (const name of ['y', 'dloss/dx']) {
      expect(largestDifference(received[name], expected[name]), name).toBeLessThanOrEqual(1e-12);
    }
    const [oldStates, newStates] = [
      evaluateGraph(updatesOf(merged), leaves, dims),
      evaluateGraph(updatesOf(after), converted, dims),
    ];
    const convertedStates = evaluateGraph(conversion, { ...leaves, ...oldStates });
    for (const [name, values] of Object.entries(newStates)) {
      expect(largestDifference(values, convertedStates[name]), name).toBeLessThanOrEqual(1e-12);
    }
  });

  it('makes a convolution with bias of a folded batch norm', () => {
    const graph = pipeline([inferenceMode, inlineFunctions, foldConstants, foldBatchNorm]).run(
      graphOf((x, builder) => norm(builder, conv(x, 'conv', 3, 3), 'bn')),
    );
    const { graph: after, conversion } = materializeParameters(graph);
    expect(Object.keys(after.parameters).sort()).toEqual(['bn.bias', 'conv.weight']);
    const leaves = drawLeaves(graph, dims);
    const received = evaluateGraph(after, { x: leaves.x, ...evaluateGraph(conversion, leaves) }, dims);
    expect(largestDifference(received.y, evaluateGraph(graph, leaves, dims).y)).toBeLessThanOrEqual(1e-12);
  });
});
