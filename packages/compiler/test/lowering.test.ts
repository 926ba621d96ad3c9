// Every sample of every primitive, and its gradients, lowered and interpreted in double precision.

import {
  add,
  broadcastTo,
  buildGraph,
  exp,
  GraphBuilder,
  inlineFunctions,
  matmul,
  maxPool2dIndices,
  maxPool2dSelect,
  mul,
  neg,
  primitives,
  relu,
  sum,
  tensorType,
  transpose,
  type Graph,
  type MaxPool2dAttrs,
  type PrimitiveName,
} from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import { buffersRead } from '../src/kernels/contents.ts';
import { interpret } from '../src/interpreter/index.ts';
import { lowerGraph } from '../src/lowering/lower-graph.ts';
import { verifyProgram } from '../src/verify/verify-program.ts';
import { evaluateGraph, samplePrograms, worstDifference } from './sample-programs.ts';

/** Errors that the expressions of some functions have in exact arithmetic. */
const STATED: Readonly<Partial<Record<PrimitiveName, number>>> = { tanh: 1e-8, erf: 1e-8 };

describe.each(Object.keys(primitives) as PrimitiveName[])('%s', (op) => {
  it.each(samplePrograms(op))('$name', ({ graph, values }) => {
    const program = lowerGraph(graph, {});
    verifyProgram(program);
    const expected = evaluateGraph(graph, values).outputs;
    const { outputs } = interpret(program, values);
    expect(Object.keys(outputs).sort()).toEqual(Object.keys(expected).sort());
    for (const [name, data] of Object.entries(expected)) {
      expect(worstDifference(data, outputs[name]), name).toBeLessThanOrEqual(STATED[op] ?? 1e-12);
    }
  });
});

describe('maxPool2dIndices', () => {
  const attrs: MaxPool2dAttrs = {
    kernel: [3, 2],
    stride: [2, 1],
    padding: [1, 1, 1, 0],
    dilation: [1, 1],
    ceilMode: false,
  };
  const sparse: MaxPool2dAttrs = { ...attrs, kernel: [2, 2], stride: [1, 1], padding: [1, 1, 1, 1], dilation: [2, 2] };
  const rows = (count: number): number[] => Array.from({ length: 20 }, (_, at) => (at < count ? -Infinity : at));

  it.each<[string, readonly number[], number[], MaxPool2dAttrs]>([
    ['nothing but -Infinity', [5, 4], rows(20), attrs],
    ['some windows of -Infinity', [5, 4], rows(13), attrs],
    ['taps further apart than the image is high', [1, 20], rows(3), sparse],
    ['taps further apart than the image is wide', [20, 1], rows(3), sparse],
    ['taps further apart than both', [1, 1], [2], sparse],
  ])('of %s names taps inside the image', (_, size, list, pool) => {
    const builder = new GraphBuilder();
    const x = builder.input('x', tensorType('f32', [1, 1, ...size]));
    builder.output('y', maxPool2dIndices(x, pool));
    const values = { x: Float64Array.from(list) };
    const graph = builder.finish();
    expect([...interpret(lowerGraph(graph, {}), values).outputs['y']]).toEqual([
      ...evaluateGraph(graph, values).outputs['y'],
    ]);
  });

  it('that name no tap select 0', () => {
    const builder = new GraphBuilder();
    const v = builder.input('v', tensorType('f32', [1, 1, 5, 4]));
    const indices = builder.input('indices', tensorType('i32', [1, 1, 3, 4]));
    builder.output('y', maxPool2dSelect(v, indices, attrs));
    const values = {
      v: Float64Array.from(rows(0)),
      indices: Float64Array.from([-1, 6, -2, 7, 0, 1, 2, 3, 4, 5, -6, 60]),
    };
    const graph = builder.finish();
    expect([...interpret(lowerGraph(graph, {}), values).outputs['y']]).toEqual([
      ...evaluateGraph(graph, values).outputs['y'],
    ]);
  });
});

describe('kernels of', () => {
  const f32 = (...shape: number[]) => tensorType('f32', shape);
  /** What each kernel computes, in order. */
  const operationsOf = (graph: Graph): string[][] => {
    const program = lowerGraph(graph, {});
    verifyProgram(program);
    return program.kernels.map(({ sources }) => sources.map(({ op }) => op));
  };

  it('elementwise values hold the values that they alone read', () => {
    const graph = buildGraph({ x: f32(3, 4) }, ({ x }) => ({ y: relu(add(mul(x, x), 1)) }));
    expect(operationsOf(inlineFunctions.run(graph))).toEqual([['maximum', 'add', 'mul']]);
  });

  it('values that two others read, that are outputs, or that another shape reads are their own', () => {
    const twice = buildGraph({ x: f32(3, 4) }, ({ x }) => {
      const square = mul(x, x);
      return { y: add(square, neg(square)) };
    });
    expect(operationsOf(twice)).toEqual([['mul'], ['add', 'neg']]);
    const output = buildGraph({ x: f32(3, 4) }, ({ x }) => {
      const square = mul(x, x);
      return { square, y: neg(square) };
    });
    expect(operationsOf(output)).toEqual([['mul'], ['neg']]);
    const summed = buildGraph({ x: f32(3, 4) }, ({ x }) => ({ y: neg(sum(mul(x, x), { axes: [1] })) }));
    expect(operationsOf(summed)).toEqual([['mul'], ['sum'], ['neg']]);
  });

  it('what every run computes are apart from what only the parameters decide', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', f32(4));
    const fixed = builder.parameter('fixed', [4]);
    const trained = builder.parameter('trained', [4]);
    builder.output('y', add(x, add(exp(fixed), exp(trained))));
    builder.update('trained', mul(trained, x));
    expect(operationsOf(builder.finish())).toEqual([['exp'], ['add', 'add', 'exp'], ['mul']]);
  });

  it('views are where anything but elementwise values reads them', () => {
    const graph = buildGraph({ x: f32(3, 4), s: f32(3, 1), w: f32(5, 4) }, ({ x, s, w }) => {
      const wide = broadcastTo(s, [3, 4]);
      return { y: add(x, wide), z: matmul(wide, transpose(w, [1, 0])) };
    });
    expect(operationsOf(graph)).toEqual([['add', 'broadcastTo'], ['broadcastTo'], ['transpose'], ['matmul']]);
  });

  it('long sums read few enough buffers for every backend', () => {
    const names = Array.from({ length: 20 }, (_, at) => `x${String(at)}`);
    const graph = buildGraph(Object.fromEntries(names.map((name) => [name, f32(4)])), (inputs) => ({
      y: Object.values(inputs).reduce((total, one) => add(total, one)),
    }));
    const { kernels } = lowerGraph(graph, {});
    expect(kernels.length).toBeLessThan(19);
    for (const kernel of kernels) expect(buffersRead(kernel).size).toBeLessThanOrEqual(6);
  });
});
