// Whole graphs, lowered kernel by kernel and as the fused program that backends schedule.

import {
  add,
  avgPool2d,
  batchNorm,
  broadcastTo,
  concat,
  constantTensor,
  conv2d,
  crossEntropyLoss,
  dimSize,
  dropout,
  flatten,
  gather,
  gelu,
  gradients,
  GraphBuilder,
  inlineFunctions,
  linear,
  maxPool2d,
  mul,
  pad,
  random,
  relu,
  reshape,
  slice,
  softmax,
  sub,
  sum,
  tanh,
  tensorType,
  transpose,
  bindShape,
  type Tensor,
} from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import { compileKernels, verification, type KernelProgram } from '../src/index.ts';
import { interpret } from '../src/interpreter/index.ts';
import { lowerGraph } from '../src/lowering/lower-graph.ts';
import { verifyProgram } from '../src/verify/verify-program.ts';
import { drawNormal, evaluateGraph, sizeOf, uniformSource, worstDifference, type Dims } from './sample-programs.ts';

interface Case {
  readonly name: string;
  readonly build: (builder: GraphBuilder) => void;
  readonly dims?: Dims;
}

const f32 = (...shape: (number | string)[]) => tensorType('f32', shape);
const i32 = (...shape: (number | string)[]) => tensorType('i32', shape);

/** A step of momentum SGD on a small network with most of what networks have. */
function trainingStep(builder: GraphBuilder): void {
  const image = builder.input('image', f32('N', 3, 9, 9));
  const label = builder.input('label', i32('N'));
  const parameters: Tensor[] = [];
  const parameter = (name: string, ...shape: number[]): Tensor => {
    const made = builder.parameter(name, shape);
    parameters.push(made);
    return made;
  };
  const conv = conv2d(image, parameter('conv', 4, 3, 3, 3), { stride: 2, padding: 1 });
  const norm = batchNorm(conv, {
    weight: parameter('weight', 4),
    bias: parameter('bias', 4),
    runningMean: builder.state('mean', f32(4)),
    runningVar: builder.state('var', f32(4)),
  });
  const grouped = conv2d(relu(norm.output), parameter('grouped', 4, 2, 3, 3), { padding: 1, groups: 2 });
  const pooled = maxPool2d(add(gelu(grouped), norm.output), { kernel: 3, stride: 2, padding: 1 });
  const features = flatten(avgPool2d(pooled, { kernel: 2, padding: 1, countIncludePad: false }), 1);
  const logits = linear(dropout(features, { p: 0.25 }), parameter('head', 5, 16), parameter('offset', 5));
  const loss = crossEntropyLoss(logits, label, { labelSmoothing: 0.1 });
  builder.output('loss', loss);
  builder.output('probabilities', softmax(logits));
  const rate = builder.input('rate', f32());
  gradients(loss, parameters).forEach((grad, at) => {
    const { type } = parameters[at];
    const name = ['conv', 'weight', 'bias', 'grouped', 'head', 'offset'][at];
    const momentum = builder.state(`${name}.momentum`, type);
    const moved = add(mul(momentum, 0.9), grad);
    builder.update(`${name}.momentum`, moved);
    builder.update(name, sub(parameters[at], mul(moved, rate)));
  });
  builder.update('mean', norm.runningMean);
  builder.update('var', norm.runningVar);
}

const cases: readonly Case[] = [
  { name: 'a training step', build: trainingStep, dims: { N: 3 } },
  {
    name: 'entries that exchange their values',
    build: (builder) => {
      const a = builder.state('a', f32(3, 4));
      const b = builder.state('b', f32(3, 4));
      builder.update('a', b);
      builder.update('b', a);
      builder.output('old', mul(a, b));
    },
  },
  {
    name: 'entries that depend on other elements of each other',
    build: (builder) => {
      const a = builder.state('a', f32(4, 4));
      const b = builder.state('b', f32(4, 4));
      builder.state('b.sum', f32(4));
      builder.update('a', add(transpose(a, [1, 0]), b));
      builder.update('b', sub(b, broadcastTo(sum(a, { axes: [0], keepDims: true }), [4, 4])));
      builder.update('b.sum', sum(b, { axes: [1] }));
    },
  },
  {
    name: 'one value as two outputs, an update and an operand',
    build: (builder) => {
      const x = builder.input('x', f32(2, 3));
      const w = builder.parameter('w', [2, 3]);
      const y = mul(x, w);
      builder.output('y', y);
      builder.output('again', y);
      builder.output('x', x);
      builder.output('w', w);
      builder.output('z', tanh(y));
      builder.update('w', y);
    },
  },
  {
    name: 'constants, tables and sizes as outputs',
    build: (builder) => {
      const table = constantTensor(builder, [1, 2, 3, 4, 5, 6], [2, 3]);
      builder.output('table', table);
      builder.output('filled', broadcastTo(constantTensor(builder, [2.5], []), ['N', 2]));
      builder.output('size', dimSize(builder, '4*N'));
      builder.output('sum', sum(mul(table, 2), { axes: [1] }));
      builder.state('unused', f32(2));
      builder.update('unused', constantTensor(builder, [0.5], [2]));
    },
    dims: { N: 7 },
  },
  {
    name: 'views of views',
    build: (builder) => {
      const x = builder.input('x', f32(2, 6, 4));
      const padded = pad(x, { axes: [1, 2], before: [1, 2], after: [2, 0], interior: [0, 1], value: -1 });
      const turned = transpose(padded, [2, 0, 1]);
      const cut = slice(turned, { axes: [0, 2], starts: [1, 2], ends: [9, 8], steps: [2, 3] });
      const joined = concat(
        [reshape(cut, [4, 4]), slice(reshape(x, [12, 4]), { axes: [0], starts: [3], ends: [5] })],
        0,
      );
      builder.output('y', reshape(joined, [3, 2, 4]));
      gradients(sum(mul(joined, joined)), [x]).forEach((grad) => builder.output('dx', grad));
    },
  },
  {
    name: 'positions that are data',
    build: (builder) => {
      const x = builder.input('x', f32(5, 3, 2));
      const at = builder.input('at', i32('N', 2));
      const y = gather(x, at, 0);
      builder.output('y', y);
      gradients(sum(mul(y, y)), [x]).forEach((grad) => builder.output('dx', grad));
    },
    dims: { N: 4 },
  },
  {
    name: 'random values of a symbolic batch',
    build: (builder) => {
      builder.output(
        'a',
        builder.within('a', () => random(builder, ['N', 3])),
      );
      builder.output(
        'b',
        builder.within('b', () => random(builder, ['2*N', 5])),
      );
      builder.output('c', random(builder, [4]));
    },
    dims: { N: 6 },
  },
  {
    name: 'values without elements',
    build: (builder) => {
      const x = builder.input('x', f32('N', 3));
      const w = builder.parameter('w', [3, 2]);
      const y = linear(x, transpose(w, [1, 0]));
      builder.output('y', y);
      builder.output('total', sum(y));
      builder.output('joined', concat([slice(w, { axes: [0], starts: [0], ends: [0] }), w], 0));
      builder.update('w', gradients(sum(mul(y, y)), [w])[0]);
    },
    dims: { N: 0 },
  },
];

function draw({ build, dims = {} }: Case) {
  const builder = new GraphBuilder();
  build(builder);
  const graph = inlineFunctions.run(builder.finish());
  const uniform = uniformSource(builder.length);
  const leaves = [graph.inputs, graph.parameters, graph.states].flatMap((table) => Object.entries(table));
  const values = Object.fromEntries(
    leaves.map(([name, { type }]) => {
      const count = sizeOf(bindShape(type.shape, dims));
      if (name === 'var') return [name, new Float64Array(count).fill(1)];
      return [
        name,
        type.dtype === 'i32'
          ? Float64Array.from({ length: count }, () => Math.floor(uniform() * 5))
          : drawNormal(count, uniform),
      ];
    }),
  );
  return { graph, values, dims };
}

function expectSame(program: KernelProgram, { graph, values, dims }: ReturnType<typeof draw>): void {
  const expected = evaluateGraph(graph, values, dims);
  const given = Object.fromEntries(
    program.buffers.flatMap(({ role }) =>
      role.kind === 'input' || role.kind === 'persistent' ? [[role.name, values[role.name]]] : [],
    ),
  );
  const { outputs, persistent } = interpret(program, given);
  expect(Object.keys(outputs).sort()).toEqual(Object.keys(expected.outputs).sort());
  for (const [name, data] of Object.entries(expected.outputs))
    expect(worstDifference(data, outputs[name]), name).toBeLessThan(1e-8);
  for (const [name, data] of Object.entries(expected.updates))
    expect(worstDifference(data, persistent[name]), name).toBeLessThan(1e-8);
  for (const [name, data] of Object.entries(persistent)) {
    if (!Object.hasOwn(expected.updates, name)) expect(data, name).toEqual(values[name]);
  }
}

describe.each(cases)('$name', (one) => {
  const drawn = draw(one);

  it('lowers to kernels that compute the same', () => {
    const program = lowerGraph(drawn.graph, drawn.dims);
    verifyProgram(program);
    expectSame(program, drawn);
  });

  it('compiles to a program that computes the same', () => {
    const { program } = compileKernels(drawn.graph, { dims: drawn.dims, verify: verification });
    expectSame(program, drawn);
  });
});
