import { describe, expect, it } from 'vitest';
import {
  add,
  buildGraph,
  conv2d,
  convTranspose2d,
  div,
  exp,
  foldBatchNorm,
  foldConstants,
  inferenceMode,
  inlineFunctions,
  linear,
  matmul,
  mul,
  pipeline,
  printGraph,
  relu,
  reshape,
  sub,
  tensorType,
  type Graph,
  type GraphBuilder,
  type Tensor,
} from '../../src/index.ts';
import { checkPass } from '../check-pass.ts';
import { norm, smallNetwork } from '../small-graphs.ts';

const image = tensorType('f32', ['N', 4, 5, 5]);
const inferred = pipeline([inferenceMode, inlineFunctions, foldConstants]);
const OPTIONS = { tolerance: 1e-12 };

function graphOf(build: (x: Tensor, builder: GraphBuilder) => Tensor): Graph<'x', 'y'> {
  return inferred.run(buildGraph({ x: image }, ({ x }, builder) => ({ y: build(x, builder) })));
}

/** Operations on activations, in order. */
function onActivations(graph: Graph): readonly string[] {
  const active = new Set(Object.values(graph.inputs).map(({ value }) => value));
  return graph.nodes.flatMap(({ op, inputs }, id) => {
    if (!inputs.some((input) => active.has(input))) return [];
    active.add(id);
    return [op];
  });
}

describe('fold-batch-norm', () => {
  it('makes the norm part of weight and bias, as expressions of the old parameters', () => {
    const graph = graphOf((x, builder) => {
      const weight = builder.parameter('weight', [6, 2, 3, 3]);
      return relu(norm(builder, conv2d(x, weight, { groups: 2 }), 'bn'));
    });
    const after = checkPass(foldBatchNorm, graph, OPTIONS);
    expect(printGraph(graph)).toMatchInlineSnapshot(`
      "graph v1 {
        input x: f32[N, 4, 5, 5] = %0
        parameter weight: f32[6, 2, 3, 3] = %1 {decay, init=constant {value=0}}
        parameter bn.weight: f32[6] = %3 {noDecay, init=constant {value=1}}
        parameter bn.bias: f32[6] = %4 {noDecay, init=constant {value=0}}
        state bn.running_mean: f32[6] = %5 {persistent, init=constant {value=0}}
        state bn.running_var: f32[6] = %6 {persistent, init=constant {value=1}}
        output y = %23 {prediction}
        %0: f32[N, 4, 5, 5] = input x
        %1: f32[6, 2, 3, 3] = parameter weight
        %2: f32[N, 6, 3, 3] = conv2d(%0, %1) {dilation=[1, 1], groups=2, padding=[0, 0, 0, 0], stride=[1, 1]}
        %3: f32[6] = parameter bn.weight  # bn
        %4: f32[6] = parameter bn.bias  # bn
        %5: f32[6] = state bn.running_mean  # bn
        %6: f32[6] = state bn.running_var  # bn
        %7: f32[6] = constant() {values=[0.00001]}  # bn
        %8: f32[6] = add(%6, %7)  # bn
        %9: f32[6] = sqrt(%8)  # bn
        %10: f32[6] = constant() {values=[1]}  # bn
        %11: f32[6] = div(%10, %9)  # bn
        %12: f32[6] = mul(%3, %11)  # bn
        %13: f32[1, 6, 1, 1] = reshape(%5) {shape=[1, 6, 1, 1]}  # bn
        %14: f32[N, 6, 3, 3] = broadcastTo(%13) {shape=[N, 6, 3, 3]}  # bn
        %15: f32[N, 6, 3, 3] = sub(%2, %14)  # bn
        %16: f32[1, 6, 1, 1] = reshape(%12) {shape=[1, 6, 1, 1]}  # bn
        %17: f32[N, 6, 3, 3] = broadcastTo(%16) {shape=[N, 6, 3, 3]}  # bn
        %18: f32[N, 6, 3, 3] = mul(%15, %17)  # bn
        %19: f32[1, 6, 1, 1] = reshape(%4) {shape=[1, 6, 1, 1]}  # bn
        %20: f32[N, 6, 3, 3] = broadcastTo(%19) {shape=[N, 6, 3, 3]}  # bn
        %21: f32[N, 6, 3, 3] = add(%18, %20)  # bn
        %22: f32[N, 6, 3, 3] = constant() {values=[0]}
        %23: f32[N, 6, 3, 3] = maximum(%21, %22)
      }
      "
    `);
    expect(printGraph(after)).toMatchInlineSnapshot(`
      "graph v1 {
        input x: f32[N, 4, 5, 5] = %0
        parameter weight: f32[6, 2, 3, 3] = %1 {decay, init=constant {value=0}}
        parameter bn.weight: f32[6] = %2 {noDecay, init=constant {value=1}}
        parameter bn.bias: f32[6] = %3 {noDecay, init=constant {value=0}}
        state bn.running_mean: f32[6] = %4 {persistent, init=constant {value=0}}
        state bn.running_var: f32[6] = %5 {persistent, init=constant {value=1}}
        output y = %29 {prediction}
        %0: f32[N, 4, 5, 5] = input x
        %1: f32[6, 2, 3, 3] = parameter weight
        %2: f32[6] = parameter bn.weight  # bn
        %3: f32[6] = parameter bn.bias  # bn
        %4: f32[6] = state bn.running_mean  # bn
        %5: f32[6] = state bn.running_var  # bn
        %6: f32[6] = constant() {values=[0.00001]}  # bn
        %7: f32[6] = add(%5, %6)  # bn
        %8: f32[6] = sqrt(%7)  # bn
        %9: f32[6] = constant() {values=[1]}  # bn
        %10: f32[6] = div(%9, %8)  # bn
        %11: f32[6] = mul(%2, %10)  # bn
        %12: f32[1, 6, 1, 1] = reshape(%4) {shape=[1, 6, 1, 1]}  # bn
        %13: f32[1, 6, 1, 1] = reshape(%11) {shape=[1, 6, 1, 1]}  # bn
        %14: f32[1, 6, 1, 1] = reshape(%3) {shape=[1, 6, 1, 1]}  # bn
        %15: f32[6] = reshape(%12) {shape=[6]}  # bn
        %16: f32[6] = neg(%15)  # bn
        %17: f32[6] = reshape(%13) {shape=[6]}  # bn
        %18: f32[6] = mul(%16, %17)  # bn
        %19: f32[6] = reshape(%14) {shape=[6]}  # bn
        %20: f32[6] = add(%18, %19)  # bn
        %21: f32[6, 1, 1, 1] = reshape(%17) {shape=[6, 1, 1, 1]}
        %22: f32[6, 2, 3, 3] = broadcastTo(%21) {shape=[6, 2, 3, 3]}
        %23: f32[6, 2, 3, 3] = mul(%1, %22)
        %24: f32[N, 6, 3, 3] = conv2d(%0, %23) {dilation=[1, 1], groups=2, padding=[0, 0, 0, 0], stride=[1, 1]}
        %25: f32[6, 1, 1] = reshape(%20) {shape=[6, 1, 1]}  # bn
        %26: f32[N, 6, 3, 3] = broadcastTo(%25) {shape=[N, 6, 3, 3]}  # bn
        %27: f32[N, 6, 3, 3] = add(%24, %26)  # bn
        %28: f32[N, 6, 3, 3] = constant() {values=[0]}
        %29: f32[N, 6, 3, 3] = maximum(%27, %28)
      }
      "
    `);
  });

  it.each<[string, (x: Tensor, builder: GraphBuilder) => Tensor, readonly string[]]>([
    [
      'a convolution with bias',
      (x, b) => norm(b, conv2d(x, b.parameter('w', [3, 4, 3, 3]), { bias: b.parameter('b', [3]) }), 'bn'),
      ['conv2d', 'add'],
    ],
    [
      'a depthwise convolution',
      (x, b) => norm(b, conv2d(x, b.parameter('w', [8, 1, 3, 3]), { groups: 4, padding: 1 }), 'bn'),
      ['conv2d', 'add'],
    ],
    [
      'a transposed convolution in groups',
      (x, b) => norm(b, convTranspose2d(x, b.parameter('w', [4, 3, 2, 2]), { stride: 2, groups: 2 }), 'bn'),
      ['conv2dInputGrad', 'add'],
    ],
    [
      'a linear layer',
      (x, b) => norm(b, linear(reshape(x, ['N', 100]), b.parameter('w', [7, 100]), b.parameter('b', [7])), 'bn'),
      ['reshape', 'matmul', 'add'],
    ],
    [
      'a product with the parameter on the left',
      (x, b) => mul(matmul(b.parameter('w', ['N', 4, 3, 5]), x), b.parameter('scale', [3, 1])),
      ['matmul'],
    ],
    [
      'two norms in a row',
      (x, b) => norm(b, norm(b, conv2d(x, b.parameter('w', [3, 4, 1, 1])), 'first'), 'second'),
      ['conv2d', 'add'],
    ],
    [
      'a scale and subtractions from both sides',
      (x, b) => {
        const y = conv2d(x, b.parameter('w', [3, 4, 1, 1]));
        const [offset, scale] = [b.parameter('offset', [3, 1, 1]), b.parameter('scale', [3, 1, 1])];
        return div(sub(offset, sub(mul(y, 2), b.parameter('level', [1]))), add(exp(scale), 1));
      },
      ['conv2d', 'add'],
    ],
    ['a factor alone', (x, b) => mul(conv2d(x, b.parameter('w', [3, 4, 1, 1])), b.parameter('scale', [])), ['conv2d']],
  ])('folds %s', (_, build, left) => {
    const after = checkPass(foldBatchNorm, graphOf(build), OPTIONS);
    expect(onActivations(after)).toEqual(left);
    expect(foldBatchNorm.run(after)).toEqual(after);
  });

  it.each<[string, (x: Tensor, builder: GraphBuilder) => Tensor]>([
    ['a bias alone', (x, b) => conv2d(x, b.parameter('w', [3, 4, 1, 1]), { bias: b.parameter('b', [3]) })],
    [
      'a convolution that something else reads',
      (x, b) => {
        const y = conv2d(x, b.parameter('w', [3, 4, 1, 1]));
        return add(norm(b, y, 'bn'), y);
      },
    ],
    ['a factor per pixel', (x, b) => mul(conv2d(x, b.parameter('w', [3, 4, 1, 1])), b.parameter('scale', [5, 5]))],
    [
      'a factor per channel and row',
      (x, b) => mul(conv2d(x, b.parameter('w', [5, 4, 1, 1])), b.parameter('scale', [5, 5, 1])),
    ],
    ['a factor that depends on the input', (x, b) => mul(conv2d(x, b.parameter('w', [4, 4, 1, 1])), exp(x))],
    ['a reciprocal', (x, b) => div(b.parameter('scale', [3, 1, 1]), conv2d(x, b.parameter('w', [3, 4, 1, 1])))],
    ['a product of activations', (x, b) => mul(matmul(x, x), b.parameter('scale', []))],
    ['a norm before the convolution', (x, b) => conv2d(norm(b, x, 'bn'), b.parameter('w', [3, 4, 1, 1]))],
    [
      'a square',
      (x, b) => {
        const y = conv2d(x, b.parameter('w', [3, 4, 1, 1]));
        return mul(y, y);
      },
    ],
  ])('leaves %s', (_, build) => {
    const graph = graphOf(build);
    expect(foldBatchNorm.run(graph)).toEqual(graph);
  });

  it('leaves a convolution that is an output', () => {
    const graph = inferred.run(
      buildGraph({ x: image }, ({ x }, builder) => {
        const y = conv2d(x, builder.parameter('w', [3, 4, 1, 1]));
        return { y, z: norm(builder, y, 'bn') };
      }),
    );
    expect(foldBatchNorm.run(graph)).toEqual(graph);
  });

  it('keeps the values of a network', () => {
    const after = checkPass(foldBatchNorm, inferred.run(smallNetwork()), OPTIONS);
    expect(onActivations(after).slice(0, 3)).toEqual(['conv2d', 'add', 'maximum']);
  });
});
