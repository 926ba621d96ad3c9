import { describe, expect, it } from 'vitest';
import { buildGraph, clamp, constantTensor, mul, printGraph, tensorType } from '../src/index.ts';
import { smallNetwork } from './small-graphs.ts';

describe('printGraph', () => {
  it('prints a network in training form', () => {
    expect(printGraph(smallNetwork(), { functions: false })).toMatchInlineSnapshot(`
      "graph v1 {
        input image: f32[N, 2, 5, 5] = %0
        input $seed: i32[] = %19
        input $step: i32[] = %20
        input $offset: i32[] = %21
        parameter conv.weight: f32[3, 2, 3, 3] = %1 {decay, init=constant {value=0}}
        parameter block.bn.weight: f32[3] = %3 {noDecay, init=constant {value=1}}
        parameter block.bn.bias: f32[3] = %4 {noDecay, init=constant {value=0}}
        parameter fc.weight: f32[4, 3] = %24 {decay, init=constant {value=0}}
        parameter fc.bias: f32[4] = %25 {decay, init=constant {value=0}}
        parameter aux.weight: f32[4, 3] = %30 {decay, init=constant {value=0}}
        parameter aux.bias: f32[4] = %31 {decay, init=constant {value=0}}
        state block.bn.running_mean: f32[3] = %5 {persistent, init=constant {value=0}}
        state block.bn.running_var: f32[3] = %6 {persistent, init=constant {value=1}}
        state block.bn.num_batches_tracked: i32[] = %7 {persistent, as I64, init=constant {value=0}}
        output logits = %29 {prediction}
        output auxiliary = %35 {trainingOnly, lossWeight=0.3}
        update block.bn.running_mean = %10
        update block.bn.running_var = %11
        update block.bn.num_batches_tracked = %13
        %0: f32[N, 2, 5, 5] = input image
        %1: f32[3, 2, 3, 3] = parameter conv.weight  # conv
        %2: f32[N, 3, 3, 3] = conv2d(%0, %1) {dilation=[1, 1], groups=1, padding=[1, 1, 1, 1], stride=[2, 2]}  # block.conv
        %3: f32[3] = parameter block.bn.weight  # block.bn
        %4: f32[3] = parameter block.bn.bias  # block.bn
        %5: f32[3] = state block.bn.running_mean  # block.bn
        %6: f32[3] = state block.bn.running_var  # block.bn
        %7: i32[] = state block.bn.num_batches_tracked  # block.bn
        %8: f32[N, 3, 3, 3] = call batchNorm(f32[N, 3, 3, 3], f32[3], f32[3], f32[3], f32[3]){"eps":0.00001,"momentum":0.1}(%2, %3, %4, %5, %6)  # block.bn
        %9: f32[N, 3, 3, 3] = %8.0  # block.bn
        %10: f32[3] = %8.1  # block.bn
        %11: f32[3] = %8.2  # block.bn
        %12: i32[] = constant() {values=[1]}  # block.bn
        %13: i32[] = add(%7, %12)  # block.bn
        %14: f32[N, 3, 3, 3] = call relu(f32[N, 3, 3, 3]){}(%9)  # block
        %15: f32[N, 3, 3, 3] = %14.0  # block
        %16: f32[N, 3, 1, 1] = call globalAvgPool2d(f32[N, 3, 3, 3]){}(%15)
        %17: f32[N, 3, 1, 1] = %16.0
        %18: f32[N, 3] = reshape(%17) {shape=[N, 3]}
        %19: i32[] = input $seed  # drop
        %20: i32[] = input $step  # drop
        %21: i32[] = input $offset  # drop
        %22: f32[N, 3] = call dropout(f32[N, 3], i32[], i32[], i32[]){"p":0.25,"stream":1607087927,"mask":["N",3]}(%18, %19, %20, %21)  # drop
        %23: f32[N, 3] = %22.0  # drop
        %24: f32[4, 3] = parameter fc.weight  # fc
        %25: f32[4] = parameter fc.bias  # fc
        %26: f32[3, 4] = transpose(%24) {perm=[1, 0]}  # fc
        %27: f32[N, 4] = matmul(%23, %26)  # fc
        %28: f32[N, 4] = broadcastTo(%25) {shape=[N, 4]}  # fc
        %29: f32[N, 4] = add(%27, %28)  # fc
        %30: f32[4, 3] = parameter aux.weight  # aux
        %31: f32[4] = parameter aux.bias  # aux
        %32: f32[3, 4] = transpose(%30) {perm=[1, 0]}  # aux
        %33: f32[N, 4] = matmul(%18, %32)  # aux
        %34: f32[N, 4] = broadcastTo(%31) {shape=[N, 4]}  # aux
        %35: f32[N, 4] = add(%33, %34)  # aux
      }
      "
    `);
  });

  it('prints functions with all bodies, and numbers as they are', () => {
    const graph = buildGraph({ x: tensorType('f32', ['N', 2]) }, ({ x }, builder) => {
      builder.parameter('p', [2], {
        trainable: false,
        group: 'head',
        init: { kind: 'truncatedNormal', mean: 0, std: 0.02, low: -Infinity, high: 2 },
      });
      return { y: builder.within('limit', () => clamp(x, -Infinity, -0)) };
    });
    expect(printGraph(graph)).toMatchInlineSnapshot(`
      "graph v1 {
        input x: f32[N, 2] = %0
        parameter p: f32[2] = %1 {head, frozen, init=truncatedNormal {high=2, low=-Infinity, mean=0, std=0.02}}
        output y = %3 {prediction}
        %0: f32[N, 2] = input x
        %1: f32[2] = parameter p
        %2: f32[N, 2] = call clamp(f32[N, 2]){"low":{"$number":"-Infinity"},"high":{"$number":"-0"}}(%0)  # limit
        %3: f32[N, 2] = %2.0  # limit
        function clamp(f32[N, 2]){"low":{"$number":"-Infinity"},"high":{"$number":"-0"}} {
          body {
            input x0: f32[N, 2] = %0
            output y0 = %6 {prediction}
            %0: f32[N, 2] = input x0
            %1: f32[] = constant() {values=[-Infinity]}
            %2: f32[N, 2] = broadcastTo(%1) {shape=[N, 2]}
            %3: f32[N, 2] = maximum(%0, %2)
            %4: f32[] = constant() {values=[-0]}
            %5: f32[N, 2] = broadcastTo(%4) {shape=[N, 2]}
            %6: f32[N, 2] = minimum(%3, %5)
          }
          gradient {
            input x0: f32[N, 2] = %0
            input y0: f32[N, 2] = %1
            input g0: f32[N, 2] = %2
            output d0 = %12 {prediction}
            %0: f32[N, 2] = input x0
            %1: f32[N, 2] = input y0
            %2: f32[N, 2] = input g0
            %3: f32[] = constant() {values=[-Infinity]}
            %4: f32[N, 2] = broadcastTo(%3) {shape=[N, 2]}
            %5: bool[N, 2] = le(%4, %0)
            %6: f32[] = constant() {values=[-0]}
            %7: f32[N, 2] = broadcastTo(%6) {shape=[N, 2]}
            %8: bool[N, 2] = le(%0, %7)
            %9: bool[N, 2] = and(%5, %8)
            %10: f32[] = constant() {values=[0]}
            %11: f32[N, 2] = broadcastTo(%10) {shape=[N, 2]}
            %12: f32[N, 2] = where(%9, %2, %11)
          }
        }
      }
      "
    `);
  });

  it('shortens long constants', () => {
    const graph = buildGraph({}, (_, builder) => ({ y: mul(constantTensor(builder, [1, NaN, -0, 4], [4]), 2) }));
    const lines = (elements?: number): readonly string[] =>
      printGraph(graph, elements === undefined ? {} : { elements })
        .split('\n')
        .slice(2, 3);
    expect([lines(), lines(2)]).toMatchInlineSnapshot(`
      [
        [
          "  %0: f32[4] = constant() {values=[1, NaN, -0, 4]}",
        ],
        [
          "  %0: f32[4] = constant() {values=[1, NaN, and 2 more]}",
        ],
      ]
    `);
  });
});
