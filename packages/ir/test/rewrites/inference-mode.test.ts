// Inference mode: what it drops and swaps, and what the result computes.

import { describe, expect, it } from 'vitest';
import {
  batchNormInference,
  buildGraph,
  callFunction,
  cast,
  conv2d,
  defineFunction,
  exp,
  flatten,
  globalAvgPool2d,
  inferenceMode,
  linear,
  mul,
  printGraph,
  relu,
  removedNames,
  sub,
  sum,
  tensorType,
  verifyGraph,
  type Tensor,
} from '../../src/index.ts';
import { drawLeaves, largestDifference } from '../check-pass.ts';
import { evaluateGraph } from '../evaluate-graph.ts';
import { smallNetwork } from '../small-graphs.ts';

const vector = tensorType('f32', ['N', 3]);

describe('inference-mode', () => {
  const graph = smallNetwork();

  it('drops training-only heads, dropout, updates and what only they used', () => {
    const after = inferenceMode.run(graph);
    verifyGraph(after);
    expect(removedNames(graph, after)).toEqual(['aux.weight', 'aux.bias', 'block.bn.num_batches_tracked']);
    expect(Object.keys(after.inputs)).toEqual(['image']);
    // The text before is that in print.test.ts.
    expect(printGraph(after, { functions: false })).toMatchInlineSnapshot(`
      "graph v1 {
        input image: f32[N, 2, 5, 5] = %0
        parameter conv.weight: f32[3, 2, 3, 3] = %1 {decay, init=constant {value=0}}
        parameter block.bn.weight: f32[3] = %3 {noDecay, init=constant {value=1}}
        parameter block.bn.bias: f32[3] = %4 {noDecay, init=constant {value=0}}
        parameter fc.weight: f32[4, 3] = %14 {decay, init=constant {value=0}}
        parameter fc.bias: f32[4] = %15 {decay, init=constant {value=0}}
        state block.bn.running_mean: f32[3] = %5 {persistent, init=constant {value=0}}
        state block.bn.running_var: f32[3] = %6 {persistent, init=constant {value=1}}
        output logits = %19 {prediction}
        %0: f32[N, 2, 5, 5] = input image
        %1: f32[3, 2, 3, 3] = parameter conv.weight  # conv
        %2: f32[N, 3, 3, 3] = conv2d(%0, %1) {dilation=[1, 1], groups=1, padding=[1, 1, 1, 1], stride=[2, 2]}  # block.conv
        %3: f32[3] = parameter block.bn.weight  # block.bn
        %4: f32[3] = parameter block.bn.bias  # block.bn
        %5: f32[3] = state block.bn.running_mean  # block.bn
        %6: f32[3] = state block.bn.running_var  # block.bn
        %7: f32[N, 3, 3, 3] = call batchNorm(f32[N, 3, 3, 3], f32[3], f32[3], f32[3], f32[3]){"eps":0.00001,"momentum":0.1}@inference(%2, %3, %4, %5, %6)  # block.bn
        %8: f32[N, 3, 3, 3] = %7.0  # block.bn
        %9: f32[N, 3, 3, 3] = call relu(f32[N, 3, 3, 3]){}(%8)  # block
        %10: f32[N, 3, 3, 3] = %9.0  # block
        %11: f32[N, 3, 1, 1] = call globalAvgPool2d(f32[N, 3, 3, 3]){}(%10)
        %12: f32[N, 3, 1, 1] = %11.0
        %13: f32[N, 3] = reshape(%12) {shape=[N, 3]}
        %14: f32[4, 3] = parameter fc.weight  # fc
        %15: f32[4] = parameter fc.bias  # fc
        %16: f32[3, 4] = transpose(%14) {perm=[1, 0]}  # fc
        %17: f32[N, 4] = matmul(%13, %16)  # fc
        %18: f32[N, 4] = broadcastTo(%15) {shape=[N, 4]}  # fc
        %19: f32[N, 4] = add(%17, %18)  # fc
      }
      "
    `);
  });

  it('computes what the network with given statistics and without dropout computes', () => {
    const plain = buildGraph({ image: tensorType('f32', ['N', 2, 5, 5]) }, ({ image }, builder) => {
      const entry = (name: string, shape: readonly number[]): Tensor => builder.parameter(name, shape);
      const [weight, bias, runningMean, runningVar] = ['weight', 'bias', 'running_mean', 'running_var'].map((name) =>
        entry(`block.bn.${name}`, [3]),
      );
      const x = conv2d(image, entry('conv.weight', [3, 2, 3, 3]), { padding: 1, stride: 2 });
      const features = relu(batchNormInference(x, { weight, bias, runningMean, runningVar }));
      const pooled = flatten(globalAvgPool2d(features), 1);
      return { logits: linear(pooled, entry('fc.weight', [4, 3]), entry('fc.bias', [4])) };
    });
    const leaves = drawLeaves(graph, { N: 2 });
    const [expected, received] = [plain, inferenceMode.run(graph)].map((g) => evaluateGraph(g, leaves, { N: 2 }));
    expect(largestDifference(received['logits'], expected['logits'])).toBeLessThan(1e-14);
  });

  it('reaches into functions, and leaves the random key and unused operands behind', () => {
    const noisy = defineFunction<Readonly<Record<string, never>>>({
      name: 'noisy',
      expand: ([x, seed]) => [mul(x, cast(seed, 'f32')), exp(x)],
      inference: ([x]) => [mul(x, 3), exp(x)],
    });
    const block = defineFunction<Readonly<Record<string, never>>>({
      name: 'block',
      expand: ([x, seed]) => callFunction(noisy, [relu(x), seed], {}),
    });
    const before = buildGraph({ x: vector }, ({ x }, builder) => {
      const [a, b] = callFunction(block, [x, builder.randomKey().seed], {});
      return { a, b };
    });
    const after = inferenceMode.run(before);
    verifyGraph(after);
    expect(printGraph(after)).toMatchInlineSnapshot(`
      "graph v1 {
        input x: f32[N, 3] = %0
        output a = %5 {prediction}
        output b = %6 {prediction}
        %0: f32[N, 3] = input x
        %1: f32[N, 3] = call relu(f32[N, 3]){}(%0)
        %2: f32[N, 3] = %1.0
        %3: f32[] = constant() {values=[3]}
        %4: f32[N, 3] = broadcastTo(%3) {shape=[N, 3]}
        %5: f32[N, 3] = mul(%2, %4)
        %6: f32[N, 3] = exp(%2)
        function relu(f32[N, 3]){} {
          body {
            input x0: f32[N, 3] = %0
            output y0 = %3 {prediction}
            %0: f32[N, 3] = input x0
            %1: f32[] = constant() {values=[0]}
            %2: f32[N, 3] = broadcastTo(%1) {shape=[N, 3]}
            %3: f32[N, 3] = maximum(%0, %2)
          }
          gradient {
            input x0: f32[N, 3] = %0
            input y0: f32[N, 3] = %1
            input g0: f32[N, 3] = %2
            output d0 = %8 {prediction}
            %0: f32[N, 3] = input x0
            %1: f32[N, 3] = input y0
            %2: f32[N, 3] = input g0
            %3: f32[] = constant() {values=[0]}
            %4: f32[N, 3] = broadcastTo(%3) {shape=[N, 3]}
            %5: bool[N, 3] = le(%1, %4)
            %6: f32[] = constant() {values=[0]}
            %7: f32[N, 3] = broadcastTo(%6) {shape=[N, 3]}
            %8: f32[N, 3] = where(%5, %7, %2)
          }
        }
      }
      "
    `);
    const { a, b } = evaluateGraph(after, { x: [-1, 1, 2] }, { N: 1 });
    expect([[...a], [...b]]).toEqual([
      [0, 3, 6],
      [1, Math.E, Math.exp(2)],
    ]);
  });

  it('keeps a call whose inference form needs all operands, under another key', () => {
    const after = inferenceMode.run(graph);
    expect(Object.values(after.functions).map(({ name }) => name)).toEqual(['relu', 'globalAvgPool2d', 'batchNorm']);
    expect(Object.keys(after.functions)[2]).toMatch(/^batchNorm\(.*@inference$/);
  });

  it('keeps inputs that were not used before, and drops those that only removed parts used', () => {
    const before = buildGraph({ x: vector, target: vector, spare: vector }, ({ x, target }) => ({
      y: exp(x),
      loss: { value: sum(mul(sub(x, target), sub(x, target))), role: 'trainingOnly' },
    }));
    expect(Object.keys(inferenceMode.run(before).inputs)).toEqual(['x', 'spare']);
  });

  it('is what it was the second time', () => {
    const once = inferenceMode.run(graph);
    expect(inferenceMode.run(once)).toEqual(once);
  });
});
