// Passes that fit kernels to limits: the limits hold and the results stay.

import { amax, argmax, buildGraph, concat, mul, sum, tensorType, type Graph } from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import { defaultCapabilities, type KernelCapabilities } from '../src/capabilities.ts';
import { compileKernels } from '../src/compile-kernels.ts';
import { interpret } from '../src/interpreter/index.ts';
import { buffersRead } from '../src/kernels/contents.ts';
import { reductionSteps } from '../src/passes/reduction-steps.ts';
import { verification } from '../src/verify/verification.ts';
import { drawNormal, evaluateGraph, uniformSource, worstDifference, type Numbers } from './sample-programs.ts';

function drawInputs(graph: Graph): Numbers {
  const uniform = uniformSource(3);
  return Object.fromEntries(
    Object.entries(graph.inputs).map(([name, { type }]) => [
      name,
      drawNormal(
        type.shape.reduce<number>((product, dim) => product * Number(dim), 1),
        uniform,
      ),
    ]),
  );
}

function compileFor(graph: Graph, limits: Partial<KernelCapabilities>) {
  return compileKernels(graph, { dims: {}, capabilities: { ...defaultCapabilities, ...limits }, verify: verification })
    .program;
}

function expectSame(graph: Graph, limits: Partial<KernelCapabilities>, values: Numbers = drawInputs(graph)): void {
  const { outputs } = interpret(compileFor(graph, limits), values);
  for (const [name, data] of Object.entries(evaluateGraph(graph, values).outputs)) {
    expect(worstDifference(data, outputs[name]), name).toBeLessThanOrEqual(1e-12);
  }
}

const x = tensorType('f32', [5, 7, 11]);

const reductions: readonly { readonly name: string; readonly graph: Graph }[] = [
  { name: 'sum over the last axis', graph: buildGraph({ x }, (v) => ({ y: sum(v.x, { axes: [2] }) })) },
  { name: 'sum over the first axis', graph: buildGraph({ x }, (v) => ({ y: sum(v.x, { axes: [0] }) })) },
  { name: 'sum over all axes', graph: buildGraph({ x }, (v) => ({ y: sum(v.x, { axes: [0, 1, 2] }) })) },
  { name: 'maximum over two axes', graph: buildGraph({ x }, (v) => ({ y: amax(v.x, { axes: [0, 2] }) })) },
  { name: 'maximum over all axes', graph: buildGraph({ x }, (v) => ({ y: amax(v.x, { axes: [0, 1, 2] }) })) },
  { name: 'position of the maximum', graph: buildGraph({ x }, (v) => ({ y: argmax(v.x, 2) })) },
  {
    name: 'two reductions of one kernel',
    graph: buildGraph({ x }, (v) => ({ y: mul(sum(v.x, { axes: [1] }), sum(mul(v.x, v.x), { axes: [1] })) })),
  },
];

describe.each(reductions)('splits a $name', ({ graph }) => {
  it.each([2, 3, 4, 10, 16, 100])('into steps of at most %i', (maxIterations) => {
    const program = compileFor(graph, { maxIterations });
    for (const kernel of program.kernels)
      expect(reductionSteps(kernel), kernel.name).toBeLessThanOrEqual(maxIterations);
    expectSame(graph, { maxIterations });
  });
});

describe('positions of maxima', () => {
  const graph = buildGraph({ x: tensorType('f32', [4, 9]) }, (v) => ({ y: argmax(v.x, 1) }));
  const rows = [
    [1, 5, 2, 5, 5, 0, 1, 5, 3],
    [0, 1, NaN, 3, NaN, 9, 9, 9, 9],
    new Array<number>(9).fill(-Infinity),
    [0, 0, 0, 0, 0, 0, 0, 0, Infinity],
  ];
  it.each([2, 3, 4, 5])('are of the first one, NaN before all, with %i steps', (maxIterations) => {
    const { outputs } = interpret(compileFor(graph, { maxIterations }), { x: Float64Array.from(rows.flat()) });
    expect(Array.from(outputs.y)).toEqual([1, 2, 0, 8]);
  });
});

describe('few buffers', () => {
  const names = Array.from({ length: 20 }, (_, at) => `x${String(at)}`);
  const inputs = Object.fromEntries(names.map((name) => [name, tensorType('f32', [3, 4])]));
  const product = buildGraph(inputs, (v) => ({ y: names.map((name) => v[name]).reduce((a, b) => mul(a, b)) }));
  const reduced = buildGraph(inputs, (v) => ({
    y: sum(
      names.map((name) => v[name]).reduce((a, b) => mul(a, b)),
      { axes: [0] },
    ),
  }));
  const joined = buildGraph(inputs, (v) => ({
    y: concat(
      names.map((name) => v[name]),
      1,
    ),
  }));
  it.each([
    { name: 'a product', graph: product },
    { name: 'a sum of products', graph: reduced },
    { name: 'a concatenation', graph: joined },
  ])('for $name of twenty', ({ graph }) => {
    for (const maxBuffers of [7, 8, 12]) {
      for (const kernel of compileFor(graph, { maxBuffers }).kernels) {
        expect(buffersRead(kernel).size + kernel.outputs.length, kernel.name).toBeLessThanOrEqual(maxBuffers);
      }
      expectSame(graph, { maxBuffers });
    }
  });

  it('must be enough for a selection', () => {
    expect(() => compileFor(product, { maxBuffers: 6 })).toThrow('kernels must be able to use 7 buffers, not 6');
  });
});

describe('few outputs', () => {
  const graph = buildGraph({ x }, (v) => ({
    y: mul(v.x, v.x),
    z: sum(v.x, { axes: [1] }),
    w: sum(mul(v.x, v.x), { axes: [1] }),
  }));
  it.each([1, 2])('at most %i', (maxOutputs) => {
    for (const kernel of compileFor(graph, { maxOutputs }).kernels)
      expect(kernel.outputs.length).toBeLessThanOrEqual(maxOutputs);
    expectSame(graph, { maxOutputs });
  });
});

describe('positions', () => {
  it('beyond what a kernel can count are refused', () => {
    const graph = buildGraph({ x }, (v) => ({ y: mul(v.x, v.x) }));
    expect(() => compileFor(graph, { maxIndex: 384 })).toThrow(/x has the shape \[5, 7, 11\]/);
    expect(() => compileFor(graph, { maxIndex: 385 })).not.toThrow();
  });
});
