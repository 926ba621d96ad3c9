// Each rule of fusion by the kernels that it leaves, and by equal results.

import {
  add,
  batchNormInference,
  broadcastTo,
  buildGraph,
  conv2d,
  div,
  dropout,
  exp,
  gradients,
  GraphBuilder,
  inlineFunctions,
  matmul,
  maxPool2d,
  mul,
  neg,
  relu,
  sub,
  sum,
  tensorType,
  transpose,
  type Graph,
} from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import { defaultCapabilities, type KernelCapabilities } from '../src/capabilities.ts';
import { compileKernels } from '../src/compile-kernels.ts';
import { interpret } from '../src/interpreter/index.ts';
import type { Kernel } from '../src/kernels/kernel.ts';
import { printKernel } from '../src/kernels/print.ts';
import { lowerGraph } from '../src/lowering/lower-graph.ts';
import { verification } from '../src/verify/verification.ts';
import { drawNormal, evaluateGraph, sizeOf, uniformSource, worstDifference } from './sample-programs.ts';

const f32 = (...shape: number[]) => tensorType('f32', shape);

/** Kernels before and after fusion; both give what the graph means. */
function fuse(source: Graph, limits: Partial<KernelCapabilities> = {}) {
  const graph = inlineFunctions.run(source);
  const uniform = uniformSource(11);
  const leaves = [graph.inputs, graph.parameters, graph.states].flatMap((table) => Object.entries(table));
  const values = Object.fromEntries(
    leaves.map(([name, { type }]) => {
      const data = drawNormal(sizeOf(type.shape.map(Number)), uniform);
      return [name, type.dtype === 'f32' ? data.map((x) => Math.abs(x) + 0.1) : data.map(Math.floor)];
    }),
  );
  const before = lowerGraph(graph, {});
  const after = compileKernels(graph, {
    dims: {},
    verify: verification,
    capabilities: { ...defaultCapabilities, ...limits },
  }).program;
  const expected = evaluateGraph(graph, values);
  for (const program of [before, after]) {
    const { outputs, persistent } = interpret(program, values);
    for (const [name, data] of Object.entries(expected.outputs))
      expect(worstDifference(data, outputs[name]), name).toBeLessThan(1e-12);
    if (program !== after) continue;
    for (const [name, data] of Object.entries(expected.updates))
      expect(worstDifference(data, persistent[name]), name).toBeLessThan(1e-12);
  }
  return { before: before.kernels, after: after.kernels };
}

describe('inlining', () => {
  it('makes one kernel of elementwise values, those too that are read twice', () => {
    const { before, after } = fuse(
      buildGraph({ x: f32(3, 4) }, ({ x }) => {
        const square = mul(x, x);
        return { y: relu(add(square, neg(square))) };
      }),
    );
    expect(before).toHaveLength(2);
    expect(after.map(printKernel)).toMatchInlineSnapshot(`
      [
        "mul+neg+add+maximum a0:3 a1:4
        t0 = mul(b0[a0, a1], b0[a0, a1])
        b1[a0, a1] = max(add(t0, neg(t0)), 0)",
      ]
    `);
  });

  it('reads views in place, also as operands of a contraction', () => {
    const { after } = fuse(
      buildGraph({ x: f32(3, 4), w: f32(5, 4) }, ({ x, w }) => ({ y: matmul(x, transpose(w, [1, 0])) })),
    );
    expect(after.map(printKernel)).toMatchInlineSnapshot(`
      [
        "matmul a0:3 a1:5 | a2:4
        b2[a0, a1] = sum{a2}(mul(b0[a0, a2], b1[a1, a2]))",
      ]
    `);
  });

  it('never puts arithmetic into the window of a convolution', () => {
    const { after } = fuse(
      buildGraph({ x: f32(1, 2, 5, 5), w: f32(2, 2, 3, 3) }, ({ x, w }) => ({ y: conv2d(relu(x), w, { padding: 1 }) })),
    );
    expect(after).toHaveLength(2);
  });

  it('does not evaluate an element several times in overlapping windows, but does once in disjoint ones', () => {
    const pooled = (stride: number) =>
      fuse(buildGraph({ x: f32(1, 2, 6, 6) }, ({ x }) => ({ y: maxPool2d(mul(x, x), { kernel: 2, stride }) }))).after
        .length;
    expect([pooled(1), pooled(2)]).toEqual([2, 1]);
  });

  it('repeats cheap values and stores expensive ones', () => {
    const users = (f: (x: Parameters<typeof exp>[0]) => ReturnType<typeof exp>) =>
      fuse(buildGraph({ x: f32(6, 8) }, ({ x }) => ({ a: sum(f(x), { axes: [0] }), b: sum(f(x), { axes: [1] }) })))
        .after.length;
    expect([users((x) => sub(x, 1)), users((x) => exp(x))]).toEqual([2, 3]);
  });

  it('does not repeat for each element what a broadcast shares', () => {
    const { after } = fuse(
      buildGraph({ x: f32(64, 8), s: f32(8) }, ({ x, s }) => ({ y: mul(x, broadcastTo(exp(s), [64, 8])) })),
    );
    expect(after).toHaveLength(2);
  });
});

describe('epilogues', () => {
  it('joins bias, norm, residual and activation to the convolution', () => {
    const graph = buildGraph(
      { x: f32(1, 2, 5, 5), w: f32(3, 2, 3, 3), r: f32(1, 3, 5, 5), a: f32(3), b: f32(3), m: f32(3), v: f32(3) },
      ({ x, w, r, a, b, m, v }) => ({
        y: relu(
          add(
            batchNormInference(conv2d(x, w, { padding: 1 }), { weight: a, bias: b, runningMean: m, runningVar: v }),
            r,
          ),
        ),
      }),
    );
    const { before, after } = fuse(graph);
    expect(before.length).toBeGreaterThan(5);
    const large = after.filter(({ axes }) => axes.reduce((product, { extent }) => product * extent, 1) > 3);
    expect(large.map(({ name }) => name)).toMatchInlineSnapshot(`
      [
        "conv2d+sub+mul+add+add+maximum",
      ]
    `);
  });

  it('leaves out what would use too many buffers', () => {
    const graph = buildGraph({ x: f32(4, 4), w: f32(4, 4), a: f32(4, 4), b: f32(4, 4) }, ({ x, w, a, b }) => ({
      y: mul(add(matmul(x, w), a), b),
    }));
    expect(fuse(graph).after).toHaveLength(1);
    expect(fuse(graph, { maxBuffers: 7 }).after).toHaveLength(1);
  });
});

describe('merging', () => {
  const sums = buildGraph({ x: f32(6, 8), y: f32(6, 8) }, ({ x, y }) => ({
    a: sum(x, { axes: [0] }),
    b: sum(mul(x, y), { axes: [0] }),
  }));

  it('makes one kernel of two sums over one operand, where outputs allow', () => {
    expect(fuse(sums).after.map(({ outputs }) => outputs.length)).toEqual([2]);
    expect(fuse(sums, { maxOutputs: 1 }).after.map(({ outputs }) => outputs.length)).toEqual([1, 1]);
  });

  it('does not join a sum with one that depends on it', () => {
    const { after } = fuse(
      buildGraph({ x: f32(6, 8) }, ({ x }) => {
        const mean = sum(x, { axes: [0], keepDims: true });
        return { y: sum(mul(sub(x, mean), sub(x, mean)), { axes: [0] }), mean };
      }),
    );
    expect(after).toHaveLength(2);
  });

  it('reads and writes each array of an update once', () => {
    const builder = new GraphBuilder();
    const w = builder.parameter('w', [4, 5]);
    const [first, second] = ['first', 'second'].map((name) => builder.state(name, f32(4, 5)));
    const g = builder.input('g', f32(4, 5));
    const nextFirst = add(mul(first, 0.9), mul(g, 0.1));
    const nextSecond = add(mul(second, 0.99), mul(mul(g, g), 0.01));
    builder.update('first', nextFirst);
    builder.update('second', nextSecond);
    builder.update('w', sub(w, mul(nextFirst, nextSecond)));
    const { after } = fuse(builder.finish());
    expect(after).toHaveLength(1);
    expect(after[0].outputs).toHaveLength(3);
  });
});

describe('moments', () => {
  const moments = (shape: readonly number[], axes: readonly number[], around: 'mean' | 'sum' = 'mean'): Graph =>
    buildGraph({ x: f32(...shape) }, ({ x }) => {
      const count = axes.reduce((product, axis) => product * shape[axis], 1);
      const values = neg(x);
      const total = sum(values, { axes, keepDims: true });
      const mean = div(total, count);
      const distance = sub(values, around === 'mean' ? mean : total);
      return { mean, variance: div(sum(mul(distance, distance), { axes }), count) };
    });
  const sums = (kernels: readonly Kernel[]): number =>
    kernels.filter(({ reductionAxes }) => reductionAxes.length > 0).length;

  it.each([
    ['of channels', [2, 8, 64, 64], [0, 2, 3]],
    ['of rows', [128, 512], [1]],
  ])('%s take one pass over many values', (_, shape, axes) => {
    expect(sums(fuse(moments(shape, axes)).after)).toBe(1);
  });

  it('of few values take two, and so do squares around anything else', () => {
    expect(sums(fuse(moments([2, 8, 16, 16], [0, 2, 3])).after)).toBe(2);
    expect(sums(fuse(moments([2, 8, 64, 64], [0, 2, 3], 'sum')).after)).toBe(2);
    expect(sums(fuse(moments([2, 8, 64, 64], [0, 2, 3]), { maxOutputs: 1 }).after)).toBe(2);
  });
});

describe('random masks', () => {
  it('are stored once for the forward and the backward pass', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', f32(4, 6));
    const y = builder.within('drop', () => dropout(mul(x, x), { p: 0.5 }));
    builder.output('y', y);
    builder.output('dx', gradients(sum(exp(y)), [x])[0]);
    const graph = builder.finish();
    const { after } = fuse(graph);
    const hashing = after.filter((kernel) => printKernel(kernel).includes('xor'));
    expect(hashing).toHaveLength(1);
  });
});
