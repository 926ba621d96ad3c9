import { describe, expect, it } from 'vitest';
import {
  add,
  avgPool2d,
  batchNormInference,
  buildGraph,
  concat,
  conv2d,
  convTranspose2d,
  costOf,
  flatten,
  globalAvgPool2d,
  gradients,
  GraphBuilder,
  linear,
  maxPool2d,
  pad,
  receptiveFields,
  relu,
  reshape,
  slice,
  sum,
  tensorType,
  transpose,
  upsampleNearest,
  type Graph,
  type ReceptiveField,
  type Tensor,
} from '../../src/index.ts';
import { evaluateGraph } from '../evaluate-graph.ts';

const SIZE = [23, 19] as const;

function graphOf(build: (x: Tensor, builder: GraphBuilder) => Tensor): Graph<'x', 'y'> {
  return buildGraph({ x: tensorType('f32', [1, 1, ...SIZE]) }, ({ x }, builder) => ({ y: build(x, builder) }));
}

let names = 0;

function conv(
  x: Tensor,
  kernel: number,
  options: { stride?: number; padding?: number; dilation?: number } = {},
): Tensor {
  return conv2d(x, x.builder.parameter(`w${String(names++)}`, [1, Number(x.shape[1]), kernel, kernel]), options);
}

function fieldOf(graph: Graph<'x', 'y'>): ReceptiveField {
  const found = receptiveFields(graph).find(({ id }) => id === graph.outputs.y.value);
  if (found === undefined) throw new RangeError('y does not depend on x');
  return found.field;
}

/** First and last row and column of x with a gradient from y at `position`. All weights are 1, so that nothing cancels. */
function pixelsSeen(graph: Graph<'x', 'y'>, position: readonly number[]): readonly (readonly [number, number])[] {
  const builder = GraphBuilder.from(graph);
  const [x, y] = [builder.tensor(graph.inputs.x.value), builder.tensor(graph.outputs.y.value)];
  const axes = position.map((_, axis) => axis);
  const element = slice(y, { axes, starts: position, ends: position.map((at) => at + 1) });
  builder.output('grad', gradients(sum(element), [x])[0]);
  const ones: Record<string, Float64Array> = Object.fromEntries(
    Object.entries({ ...graph.parameters, ...graph.states }).map(([name, { type }]) => [
      name,
      new Float64Array(type.shape.reduce<number>((product, dim) => product * Number(dim), 1)).fill(1),
    ]),
  );
  const pixels = Float64Array.from({ length: SIZE[0] * SIZE[1] }, (_, i) => 1 + i / 1000);
  const { grad } = evaluateGraph(builder.finish(), { x: pixels, ...ones });
  const seen = [...grad.keys()].filter((i) => grad[i] !== 0);
  const [rows, columns] = [seen.map((i) => Math.floor(i / SIZE[1])), seen.map((i) => i % SIZE[1])];
  return [rows, columns].map((list) => [Math.min(...list), Math.max(...list)]);
}

const plain: readonly (readonly [string, (x: Tensor, builder: GraphBuilder) => Tensor])[] = [
  ['a 5x5 convolution', (x) => conv(x, 5, { padding: 2 })],
  ['two 3x3 convolutions', (x) => conv(conv(x, 3, { padding: 1 }), 3, { padding: 1 })],
  ['a dilated convolution', (x) => conv(x, 3, { dilation: 3, padding: 2 })],
  ['strides before and after', (x) => conv(conv(conv(x, 3, { stride: 2 }), 3, { padding: 1 }), 3, { stride: 2 })],
  ['average pooling', (x) => avgPool2d(conv(x, 3), { kernel: 3, stride: 2, padding: 1 })],
  [
    'a shortcut',
    (x) => {
      const y = conv(x, 3, { padding: 1, stride: 2 });
      return relu(add(conv(x, 1, { stride: 2 }), conv(y, 3, { padding: 1 })));
    },
  ],
  [
    'branches of different size',
    (x) => concat([conv(x, 1), conv(x, 5, { padding: 2 }), conv(x, 3, { padding: 1 })], 1),
  ],
  [
    'padding and a slice',
    (x) => {
      const padded = pad(x, { axes: [3], before: [2] });
      return conv(slice(padded, { axes: [2, 3], starts: [3, 1], steps: [2, 1] }), 3);
    },
  ],
  [
    'a norm in inference form',
    (x, b) => {
      const vector = (name: string): Tensor => b.parameter(name, [1]);
      const [weight, bias, runningMean, runningVar] = ['w', 'b', 'm', 'v'].map(vector);
      return batchNormInference(conv(x, 3), { weight, bias, runningMean, runningVar });
    },
  ],
  ['rows and columns exchanged twice', (x) => transpose(conv(transpose(conv(x, 3), [0, 1, 3, 2]), 5), [0, 1, 3, 2])],
  ['global pooling', (x) => globalAvgPool2d(conv(x, 3, { padding: 1 }))],
];

describe('receptiveFields', () => {
  it.each(plain)('agrees with where gradients arrive: %s', (_, build) => {
    const graph = graphOf(build);
    const { shape } = graph.nodes[graph.outputs.y.value].type;
    const field = fieldOf(graph);
    const positions = [
      shape.map(() => 0),
      shape.map((dim) => Math.floor(Number(dim) / 2)),
      shape.map((dim) => Number(dim) - 1),
    ].map((position) => position.map((at, axis) => (axis === 1 ? Math.min(1, Number(shape[1]) - 1) : at)));
    let inside = 0;
    for (const position of positions) {
      const seen = pixelsSeen(graph, position);
      [field.height, field.width].forEach(({ axis, start, jump, size }, direction) => {
        const first = start + (axis === undefined ? 0 : position[axis]) * jump;
        const end = first + size;
        const [from, to] = seen[direction];
        expect(from).toBeGreaterThanOrEqual(first);
        expect(to).toBeLessThan(end);
        if (axis === undefined || (first >= 0 && end <= SIZE[direction])) {
          expect([from, to]).toEqual([Math.max(first, 0), Math.min(end, SIZE[direction]) - 1]);
          inside++;
        }
      });
    }
    expect(inside).toBeGreaterThan(0);
  });

  it.each<[string, (x: Tensor) => Tensor]>([
    [
      'a transposed convolution',
      (x) => convTranspose2d(x, x.builder.parameter('t', [1, 1, 4, 4]), { stride: 2, padding: 1 }),
    ],
    ['upsampling', (x) => conv(upsampleNearest(x, { scale: 2 }), 3)],
    ['maximum pooling', (x) => maxPool2d(x, { kernel: 3, stride: 2, padding: 1 })],
    ['rows and columns in one axis', (x) => flatten(conv(x, 3), 1)],
    ['a linear layer', (x) => linear(reshape(x, [1, -1]), x.builder.parameter('l', [3, SIZE[0] * SIZE[1]]))],
  ])('contains every pixel from which gradients arrive: %s', (_, build) => {
    const graph = graphOf(build);
    const { shape } = graph.nodes[graph.outputs.y.value].type;
    const field = fieldOf(graph);
    const position = shape.map((dim) => Math.floor((Number(dim) - 1) / 2));
    const seen = pixelsSeen(graph, position);
    [field.height, field.width].forEach(({ axis, start, jump, size }, direction) => {
      const first = start + (axis === undefined ? 0 : position[axis]) * jump;
      expect(seen[direction][0]).toBeGreaterThanOrEqual(first);
      expect(seen[direction][1]).toBeLessThan(first + size);
    });
  });

  it('finds two 3x3 convolutions and one 5x5 equal in field, not in parameters', () => {
    const stacked = graphOf((x) => conv(conv(x, 3, { padding: 1 }), 3, { padding: 1 }));
    const single = graphOf((x) => conv(x, 5, { padding: 2 }));
    expect(fieldOf(stacked)).toEqual(fieldOf(single));
    expect(costOf(stacked).parameters / costOf(single).parameters).toBe(18 / 25);
  });

  it('says how far max pooling reaches', () => {
    const axis = (index: number) => ({ axis: index, size: 5, jump: 2, start: -1 });
    expect(fieldOf(graphOf((x) => conv(maxPool2d(x, { kernel: 3, stride: 1 }), 3, { stride: 2, padding: 1 })))).toEqual(
      {
        height: axis(2),
        width: axis(3),
      },
    );
  });

  it('lists scope, operation and shape of every value that sees the image', () => {
    const graph = graphOf((x, builder) => builder.within('block', () => relu(conv(x, 3))));
    expect(receptiveFields(graph).map(({ scope, operation, shape }) => [scope, operation, shape])).toEqual([
      ['', 'input', [1, 1, ...SIZE]],
      ['block', 'conv2d', [1, 1, SIZE[0] - 2, SIZE[1] - 2]],
      ['block', 'relu', [1, 1, SIZE[0] - 2, SIZE[1] - 2]],
    ]);
  });

  it.each([
    ['y', 'y'],
    ['v', 'v [3]'],
  ])('refuses the input %s', (name, received) => {
    const graph = buildGraph({ x: tensorType('f32', [1, 1, 4, 4]), v: tensorType('f32', [3]) }, ({ x }) => ({ x }));
    expect(() => receptiveFields(graph, name)).toThrow(
      expect.objectContaining({ code: 'receptiveField.input', message: expect.stringContaining(received) as string }),
    );
  });
});
