import { describe, expect, it } from 'vitest';
import {
  add,
  buildGraph,
  concat,
  conv2d,
  convTranspose2d,
  costOf,
  dropout,
  exp,
  flatten,
  foldBatchNorm,
  inferenceMode,
  inlineFunctions,
  linear,
  matmul,
  maxPool2d,
  mul,
  relu,
  scaledDotProductAttention,
  sum,
  summarize,
  tensorType,
  transpose,
  type Graph,
  type GraphBuilder,
  type Summary,
  type SummaryRow,
  type Tensor,
} from '../src/index.ts';
import { attentionGraph, norm, smallNetwork } from './small-graphs.ts';

function conv(builder: GraphBuilder, x: Tensor, out: number, kernel: number, stride: number, padding: number): Tensor {
  const weight = builder.parameter('weight', [out, x.shape[1], kernel, kernel]);
  return conv2d(x, weight, { bias: builder.parameter('bias', [out]), stride, padding });
}

function dense(builder: GraphBuilder, x: Tensor, out: number): Tensor {
  return linear(x, builder.parameter('weight', [out, x.shape[1]]), builder.parameter('bias', [out]));
}

/** torchvision's AlexNet (the pooling to 6 x 6 is the identity at 224 x 224). */
function alexnet(): Graph<'image', 'logits'> {
  return buildGraph({ image: tensorType('f32', ['N', 3, 224, 224]) }, ({ image }, builder) => {
    let x = image;
    let index = 0;
    const layer = (prefix: string, build: (input: Tensor) => Tensor): void => {
      x = builder.within(`${prefix}.${String(index++)}`, () => build(x));
    };
    const convolution = (...args: readonly [out: number, kernel: number, stride: number, padding: number]): void => {
      layer('features', (input) => conv(builder, input, ...args));
      layer('features', relu);
    };
    const pool = (): void => {
      layer('features', (input) => maxPool2d(input, { kernel: 3, stride: 2 }));
    };
    convolution(64, 11, 4, 2);
    pool();
    convolution(192, 5, 1, 2);
    pool();
    convolution(384, 3, 1, 1);
    convolution(256, 3, 1, 1);
    convolution(256, 3, 1, 1);
    pool();
    x = flatten(x, 1);
    index = 0;
    for (const last of [false, true]) {
      layer('classifier', (input) => dropout(input));
      layer('classifier', (input) => dense(builder, input, 4096));
      layer('classifier', relu);
      if (last) layer('classifier', (input) => dense(builder, input, 1000));
    }
    return { logits: x };
  });
}

function table({ rows }: Summary): readonly string[] {
  return rows.map(({ scope, operation, outputShape, parameters, macs, matmulMacs, activationBytes }) =>
    [scope, operation, outputShape.join('x'), parameters, macs, matmulMacs, activationBytes].join(' '),
  );
}

describe('summarize', () => {
  // Shapes, parameters and multiply-adds: torchvision 0.14.1, as in tools/oracle/data/architectures.json.
  it('gives a row for each layer of AlexNet, and its totals', () => {
    const { rows, totals } = summarize(alexnet());
    expect(rows.map((row) => [row.scope, row.outputShape, row.parameters])).toEqual([
      ['features.0', [1, 64, 55, 55], 23296],
      ['features.1', [1, 64, 55, 55], 0],
      ['features.2', [1, 64, 27, 27], 0],
      ['features.3', [1, 192, 27, 27], 307392],
      ['features.4', [1, 192, 27, 27], 0],
      ['features.5', [1, 192, 13, 13], 0],
      ['features.6', [1, 384, 13, 13], 663936],
      ['features.7', [1, 384, 13, 13], 0],
      ['features.8', [1, 256, 13, 13], 884992],
      ['features.9', [1, 256, 13, 13], 0],
      ['features.10', [1, 256, 13, 13], 590080],
      ['features.11', [1, 256, 13, 13], 0],
      ['features.12', [1, 256, 6, 6], 0],
      ['classifier.0', [1, 9216], 0],
      ['classifier.1', [1, 4096], 37752832],
      ['classifier.2', [1, 4096], 0],
      ['classifier.3', [1, 4096], 0],
      ['classifier.4', [1, 4096], 16781312],
      ['classifier.5', [1, 4096], 0],
      ['classifier.6', [1, 1000], 4097000],
    ]);
    expect(totals).toMatchObject({ parameters: 61_100_840, macs: 714_188_480, matmulMacs: 0 });
    const byOperation = (operation: string): number =>
      total(rows, (row) => (row.operation === operation ? row.macs : 0));
    expect([byOperation('conv2d'), byOperation('matmul')]).toEqual([655_566_528, 58_621_952]);
  });

  it('counts each value that leaves a layer once, in bytes', () => {
    const { rows, totals } = summarize(alexnet(), { N: 3 });
    expect(rows.map((row) => row.activationBytes)).toEqual(
      rows.map(({ outputShape }) => 4 * outputShape.reduce((product, dim) => product * dim)),
    );
    expect(rows.every(({ outputShape }) => outputShape[0] === 3)).toBe(true);
    expect(totals.activationBytes).toBe(total(rows, (row) => row.activationBytes));
  });

  it.each<[string, Graph]>([
    ['a network in training form', smallNetwork()],
    ['its inference form', inferenceMode.run(smallNetwork())],
    ['without functions', inlineFunctions.run(smallNetwork())],
    ['with folded norms', foldBatchNorm.run(inlineFunctions.run(inferenceMode.run(smallNetwork())))],
    ['attention', attentionGraph()],
  ])('splits the totals of %s over its rows', (_, graph) => {
    const { rows, totals } = summarize(graph);
    for (const key of ['parameters', 'macs', 'matmulMacs', 'activationBytes'] as const) {
      expect(total(rows, (row) => row[key])).toBe(totals[key]);
    }
    expect(totals.macs).toBeGreaterThan(0);
    expect(costOf(graph)).toEqual(totals);
  });

  it('prints one line for each layer', () => {
    expect(table(summarize(smallNetwork()))).toMatchInlineSnapshot(`
      [
        "block.conv conv2d 1x3x3x3 54 486 0 108",
        "block.bn batchNorm 1x3x3x3 6 0 0 132",
        "block relu 1x3x3x3 0 0 0 108",
        " globalAvgPool2d 1x3 0 0 0 12",
        "drop dropout 1x3 0 0 0 12",
        "fc matmul 1x4 16 12 0 16",
        "aux matmul 1x4 16 12 0 16",
      ]
    `);
    expect(table(summarize(inferenceMode.run(smallNetwork())))).toMatchInlineSnapshot(`
      [
        "block.conv conv2d 1x3x3x3 54 486 0 108",
        "block.bn batchNorm 1x3x3x3 6 0 0 108",
        "block relu 1x3x3x3 0 0 0 108",
        " globalAvgPool2d 1x3 0 0 0 12",
        "fc matmul 1x4 16 12 0 16",
      ]
    `);
  });

  it('counts the same multiply-adds with and without functions', () => {
    for (const graph of [smallNetwork(), attentionGraph(), alexnet()] as readonly Graph[]) {
      const [calls, flat] = [graph, inlineFunctions.run(graph)].map((version) => costOf(version, { N: 5 }));
      expect([flat.macs, flat.matmulMacs, flat.parameters]).toEqual([calls.macs, calls.matmulMacs, calls.parameters]);
    }
  });

  it('tells products of activations from those with parameters, inside functions too', () => {
    const direct = attentionGraph();
    const attention = buildGraph({ x: tensorType('f32', ['N', 6, 8]) }, ({ x }, builder) => {
      const project = (name: string): Tensor =>
        builder.within(name, () => linear(x, builder.parameter('weight', [8, 8]), builder.parameter('bias', [8])));
      return { y: scaledDotProductAttention(project('q'), project('k'), project('v')) };
    });
    // Three projections of 6 x 8 by 8 x 8, and two products of 6 x 6 with depth 8.
    for (const graph of [direct, attention]) {
      expect(costOf(graph, { N: 2 })).toMatchObject({
        macs: 3 * products(12, 8, 8),
        matmulMacs: 2 * 2 * products(6, 6, 8),
      });
    }
  });

  it.each<[string, (x: Tensor, builder: GraphBuilder) => Tensor, number]>([
    ['a transposed weight', (x, b) => matmul(x, transpose(b.parameter('w', [5, 4]))), products(3, 5, 4)],
    ['a weight that is computed', (x, b) => matmul(x, exp(mul(b.parameter('w', [4, 5]), 2))), products(3, 5, 4)],
    [
      'a product of two weights',
      (x, b) => matmul(x, matmul(b.parameter('v', [4, 2]), b.parameter('w', [2, 5]))),
      products(3, 5, 4) + products(4, 5, 2),
    ],
    ['a state', (x, b) => matmul(x, b.state('w', tensorType('f32', [4, 5]))), products(3, 5, 4)],
  ])('counts the product with %s', (_, build, macs) => {
    const { totals, rows } = summarize(
      buildGraph({ x: tensorType('f32', [3, 4]) }, ({ x }, b) => ({ y: build(x, b) })),
    );
    expect(totals).toMatchObject({ macs, matmulMacs: 0 });
    expect(total(rows, (row) => row.macs)).toBe(macs);
  });

  it('gives shared parameters to the first layer that reads them', () => {
    const graph = buildGraph({ x: tensorType('f32', ['N', 4]) }, ({ x }, builder) => {
      const weight = builder.parameter('weight', [4, 4]);
      builder.parameter('spare', [7], { trainable: false });
      const hidden = builder.within('a', () => relu(linear(x, weight)));
      return { y: builder.within('b', () => linear(hidden, weight)) };
    });
    const { rows, totals } = summarize(graph);
    expect(rows.map(({ scope, operation, parameters }) => [scope, operation, parameters])).toEqual([
      ['a', 'matmul', 16],
      ['a', 'relu', 0],
      ['b', 'matmul', 0],
    ]);
    expect(totals).toMatchObject({ parameters: 23, trainableParameters: 16, macs: 32 });
  });

  it('joins two inputs in a row of their own, and a bias to its layer', () => {
    const graph = buildGraph({ x: tensorType('f32', ['N', 2, 4, 4]) }, ({ x }, builder) =>
      builder.within('block', () => {
        const y = conv(builder, x, 2, 3, 1, 1);
        return {
          z: concat([add(relu(y), x), builder.within('token', () => mul(x, builder.parameter('scale', [])))], 1),
        };
      }),
    );
    expect(table(summarize(graph))).toMatchInlineSnapshot(`
      [
        "block conv2d 1x2x4x4 38 576 0 128",
        "block relu 1x2x4x4 0 0 0 128",
        "block add 1x2x4x4 0 0 0 128",
        "block.token mul 1x2x4x4 1 0 0 128",
        "block concat 1x4x4x4 0 0 0 256",
      ]
    `);
  });

  it('has rows only for what depends on an input, and nothing for what is not needed', () => {
    const graph = buildGraph({ x: tensorType('f32', ['N', 2]) }, ({ x }, builder) => {
      const weight = builder.parameter('weight', [3, 2]);
      exp(x);
      return { y: linear(x, weight), penalty: sum(mul(weight, weight)) };
    });
    expect(table(summarize(graph))).toEqual([' matmul 1x3 6 6 0 12']);
  });

  it('needs a size for every symbol', () => {
    expect(() => summarize(smallNetwork(), {})).toThrow(expect.objectContaining({ code: 'dim.unbound' }));
  });

  it('allocates no weights: a layer of 4 TiB is summed up', () => {
    const size = 2 ** 20;
    const graph = buildGraph({ x: tensorType('f32', ['N', size]) }, ({ x }, builder) => ({
      y: norm(builder, linear(x, builder.parameter('weight', [size, size])), 'bn'),
    }));
    expect(costOf(graph)).toMatchObject({ parameters: size * size + 2 * size, macs: size * size });
  });

  it('counts transposed convolutions by their input', () => {
    const graph = buildGraph({ x: tensorType('f32', ['N', 4, 5, 5]) }, ({ x }, builder) => ({
      y: convTranspose2d(x, builder.parameter('weight', [4, 3, 2, 2]), { stride: 2 }),
    }));
    expect(costOf(graph, { N: 2 }).macs).toBe(2 * 4 * 25 * products(3, 2, 2));
  });
});

function products(a: number, b: number, c: number): number {
  return a * b * c;
}

function total(rows: readonly SummaryRow[], pick: (row: SummaryRow) => number): number {
  return rows.reduce((sumSoFar, row) => sumSoFar + pick(row), 0);
}
