// Every sample of every primitive, and its gradients, lowered and interpreted in double precision.

import {
  GraphBuilder,
  maxPool2dIndices,
  maxPool2dSelect,
  primitives,
  tensorType,
  type MaxPool2dAttrs,
  type PrimitiveName,
} from '@netwright/ir';
import { describe, expect, it } from 'vitest';
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
