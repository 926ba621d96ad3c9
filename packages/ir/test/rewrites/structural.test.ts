// Passes that move, drop and merge nodes: the text before and after, and equal values.

import { describe, expect, it } from 'vitest';
import {
  add,
  batchNormInference,
  buildGraph,
  callFunction,
  cast,
  conv2d,
  defineFunction,
  dropUnusedParameters,
  eliminateCommonSubexpressions,
  eliminateDeadCode,
  exp,
  flatten,
  globalAvgPool2d,
  GraphBuilder,
  gradients,
  inferenceMode,
  inlineFunctions,
  linear,
  mul,
  printGraph,
  random,
  relu,
  removedNames,
  sub,
  sum,
  tensorType,
  verifyGraph,
  type Graph,
  type Tensor,
} from '../../src/index.ts';
import { checkPass, drawLeaves, largestDifference } from '../check-pass.ts';
import { evaluateGraph } from '../evaluate-graph.ts';
import { attentionGraph, smallNetwork } from '../small-graphs.ts';

const vector = tensorType('f32', ['N', 3]);
const text = (graph: Parameters<typeof printGraph>[0]): string => printGraph(graph, { functions: false });

const inner = defineFunction<Readonly<Record<string, never>>>({ name: 'inner', expand: ([x]) => [mul(x, x), exp(x)] });
const outer = defineFunction<Readonly<Record<string, never>>>({
  name: 'outer',
  expand: ([x, y]) => {
    const [square, power] = callFunction(inner, [x], {});
    return [x.builder.within('part', () => add(square, y)), power];
  },
});

describe('inline-functions', () => {
  const graph = buildGraph({ x: vector, y: vector }, ({ x, y }, builder) => {
    const [a, b] = builder.within('block', () => callFunction(outer, [x, y], {}));
    return { a, b };
  });

  it('replaces calls by bodies, to any depth, in the scope of the call', () => {
    const after = checkPass(inlineFunctions, graph);
    expect(text(graph)).toMatchInlineSnapshot(`
      "graph v1 {
        input x: f32[N, 3] = %0
        input y: f32[N, 3] = %1
        output a = %3 {prediction}
        output b = %4 {prediction}
        %0: f32[N, 3] = input x
        %1: f32[N, 3] = input y
        %2: f32[N, 3] = call outer(f32[N, 3], f32[N, 3]){}(%0, %1)  # block
        %3: f32[N, 3] = %2.0  # block
        %4: f32[N, 3] = %2.1  # block
      }
      "
    `);
    expect(text(after)).toMatchInlineSnapshot(`
      "graph v1 {
        input x: f32[N, 3] = %0
        input y: f32[N, 3] = %1
        output a = %4 {prediction}
        output b = %3 {prediction}
        %0: f32[N, 3] = input x
        %1: f32[N, 3] = input y
        %2: f32[N, 3] = mul(%0, %0)  # block
        %3: f32[N, 3] = exp(%0)  # block
        %4: f32[N, 3] = add(%2, %1)  # block.part
      }
      "
    `);
    expect(after.functions).toEqual({});
  });

  it.each<[string, Graph]>([
    ['a network in training form', smallNetwork()],
    ['attention', attentionGraph()],
  ])('keeps the values of %s', (_, network) => {
    const after = checkPass(inlineFunctions, network);
    expect(after.nodes.filter(({ op }) => op === 'call' || op === 'result')).toEqual([]);
  });

  it('gives back a graph without calls as it is', () => {
    const plain = buildGraph({ x: vector }, ({ x }) => ({ y: exp(x) }));
    expect(inlineFunctions.run(plain)).toEqual(plain);
  });
});

describe('eliminate-dead-code', () => {
  const graph = buildGraph({ x: vector, unused: vector }, ({ x }, builder) => {
    builder.parameter('spare', [3]);
    const total = builder.state('total', tensorType('f32', []));
    builder.state('idle', tensorType('f32', []));
    builder.update('total', add(total, 1));
    exp(mul(x, x));
    relu(x);
    random(builder, [3]);
    return { y: sub(x, 1) };
  });

  it('drops nodes, functions and the random key, and keeps inputs, parameters and states', () => {
    const after = checkPass(eliminateDeadCode, graph);
    expect(text(graph)).toMatchInlineSnapshot(`
      "graph v1 {
        input x: f32[N, 3] = %0
        input unused: f32[N, 3] = %1
        input $seed: i32[] = %11
        input $step: i32[] = %12
        input $offset: i32[] = %13
        parameter spare: f32[3] = %2 {decay, init=constant {value=0}}
        state total: f32[] = %3 {persistent, init=constant {value=0}}
        state idle: f32[] = %4 {persistent, init=constant {value=0}}
        output y = %17 {prediction}
        update total = %6
        %0: f32[N, 3] = input x
        %1: f32[N, 3] = input unused
        %2: f32[3] = parameter spare
        %3: f32[] = state total
        %4: f32[] = state idle
        %5: f32[] = constant() {values=[1]}
        %6: f32[] = add(%3, %5)
        %7: f32[N, 3] = mul(%0, %0)
        %8: f32[N, 3] = exp(%7)
        %9: f32[N, 3] = call relu(f32[N, 3]){}(%0)
        %10: f32[N, 3] = %9.0
        %11: i32[] = input $seed
        %12: i32[] = input $step
        %13: i32[] = input $offset
        %14: f32[3] = random(%11, %12, %13) {shape=[3], stream=130578566}
        %15: f32[] = constant() {values=[1]}
        %16: f32[N, 3] = broadcastTo(%15) {shape=[N, 3]}
        %17: f32[N, 3] = sub(%0, %16)
      }
      "
    `);
    expect(text(after)).toMatchInlineSnapshot(`
      "graph v1 {
        input x: f32[N, 3] = %0
        input unused: f32[N, 3] = %1
        parameter spare: f32[3] = %2 {decay, init=constant {value=0}}
        state total: f32[] = %3 {persistent, init=constant {value=0}}
        state idle: f32[] = %4 {persistent, init=constant {value=0}}
        output y = %9 {prediction}
        update total = %6
        %0: f32[N, 3] = input x
        %1: f32[N, 3] = input unused
        %2: f32[3] = parameter spare
        %3: f32[] = state total
        %4: f32[] = state idle
        %5: f32[] = constant() {values=[1]}
        %6: f32[] = add(%3, %5)
        %7: f32[] = constant() {values=[1]}
        %8: f32[N, 3] = broadcastTo(%7) {shape=[N, 3]}
        %9: f32[N, 3] = sub(%0, %8)
      }
      "
    `);
    expect([Object.keys(graph.functions).length, Object.keys(after.functions)]).toEqual([1, []]);
  });

  it('drops unused parameters and states when asked', () => {
    const after = checkPass(dropUnusedParameters, graph);
    expect(removedNames(graph, after)).toEqual(['spare', 'idle']);
    expect(Object.keys(after.states)).toEqual(['total']);
  });

  it('keeps an entry that is only written, and the parameter that another one starts from', () => {
    const before = buildGraph({ x: tensorType('f32', [3]) }, ({ x }, builder) => {
      builder.parameter('weight', [3]);
      builder.parameter('spare', [3]);
      builder.state('average', x.type, { init: { kind: 'copyOf', parameter: 'weight' } });
      builder.update('average', x);
      return { y: x };
    });
    const after = checkPass(dropUnusedParameters, before);
    expect([...Object.keys(after.parameters), ...Object.keys(after.states)]).toEqual(['weight', 'average']);
  });

  it('changes nothing the second time', () => {
    const once = eliminateDeadCode.run(graph);
    expect(eliminateDeadCode.run(once)).toEqual(once);
  });
});

describe('eliminate-common-subexpressions', () => {
  it('merges equal nodes, operands of commutative ones in either order, and equal calls', () => {
    const graph = buildGraph({ x: vector, y: vector }, ({ x, y }, builder) => {
      const first = builder.within('first', () => exp(sub(x, y)));
      const second = builder.within('second', () => exp(sub(x, y)));
      const swapped = sub(y, x);
      const [products, sums] = [mul(mul(x, y), mul(y, x)), add(relu(x), relu(x))];
      return { a: mul(first, second), b: add(swapped, products), c: sums };
    });
    const after = checkPass(eliminateCommonSubexpressions, graph);
    expect(text(graph)).toMatchInlineSnapshot(`
      "graph v1 {
        input x: f32[N, 3] = %0
        input y: f32[N, 3] = %1
        output a = %15 {prediction}
        output b = %16 {prediction}
        output c = %14 {prediction}
        %0: f32[N, 3] = input x
        %1: f32[N, 3] = input y
        %2: f32[N, 3] = sub(%0, %1)  # first
        %3: f32[N, 3] = exp(%2)  # first
        %4: f32[N, 3] = sub(%0, %1)  # second
        %5: f32[N, 3] = exp(%4)  # second
        %6: f32[N, 3] = sub(%1, %0)
        %7: f32[N, 3] = mul(%0, %1)
        %8: f32[N, 3] = mul(%1, %0)
        %9: f32[N, 3] = mul(%7, %8)
        %10: f32[N, 3] = call relu(f32[N, 3]){}(%0)
        %11: f32[N, 3] = %10.0
        %12: f32[N, 3] = call relu(f32[N, 3]){}(%0)
        %13: f32[N, 3] = %12.0
        %14: f32[N, 3] = add(%11, %13)
        %15: f32[N, 3] = mul(%3, %5)
        %16: f32[N, 3] = add(%6, %9)
      }
      "
    `);
    expect(text(after)).toMatchInlineSnapshot(`
      "graph v1 {
        input x: f32[N, 3] = %0
        input y: f32[N, 3] = %1
        output a = %10 {prediction}
        output b = %11 {prediction}
        output c = %9 {prediction}
        %0: f32[N, 3] = input x
        %1: f32[N, 3] = input y
        %2: f32[N, 3] = sub(%0, %1)  # first
        %3: f32[N, 3] = exp(%2)  # first
        %4: f32[N, 3] = sub(%1, %0)
        %5: f32[N, 3] = mul(%0, %1)
        %6: f32[N, 3] = mul(%5, %5)
        %7: f32[N, 3] = call relu(f32[N, 3]){}(%0)
        %8: f32[N, 3] = %7.0
        %9: f32[N, 3] = add(%8, %8)
        %10: f32[N, 3] = mul(%3, %3)
        %11: f32[N, 3] = add(%4, %6)
      }
      "
    `);
  });

  it('keeps random values of different streams apart, and merges those of one', () => {
    const builder = new GraphBuilder();
    const [first, second] = [random(builder, [4]), random(builder, [4])];
    const again = builder.append(builder.node(first.id));
    builder.output('y', sub(sub(first, second), again));
    const graph = builder.finish();
    const after = checkPass(eliminateCommonSubexpressions, graph);
    const streams = (nodes: typeof graph.nodes): number => nodes.filter(({ op }) => op === 'random').length;
    expect([streams(graph.nodes), streams(after.nodes)]).toEqual([3, 2]);
  });

  it('tells constants apart that print alike as JSON', () => {
    const graph = buildGraph({ x: vector }, ({ x }) => ({
      y: add(mul(x, NaN), mul(x, Infinity)),
      z: mul(mul(x, 0), mul(x, -0)),
    }));
    const after = checkPass(eliminateCommonSubexpressions, graph);
    expect(after.nodes.filter(({ op }) => op === 'constant').length).toBe(4);
  });

  it('computes the statistics of a norm once for forward and backward', () => {
    const builder = GraphBuilder.from(smallNetwork());
    const { logits } = builder.outputs;
    const parameters = Object.entries(builder.parameters);
    gradients(
      sum(mul(builder.tensor(logits.value), builder.tensor(logits.value))),
      parameters.map(([, { value }]) => builder.tensor(value)),
    ).forEach((grad, index) => {
      builder.output(`d${parameters[index][0]}`, grad);
    });
    const flat = inlineFunctions.run(builder.finish());
    const after = checkPass(eliminateCommonSubexpressions, flat);
    const count = (nodes: typeof flat.nodes, scope: string): number =>
      nodes.filter((node) => node.op === 'sqrt' && node.scope === scope).length;
    expect([count(flat.nodes, 'block.bn'), count(after.nodes, 'block.bn')]).toEqual([2, 1]);
  });
});

describe('inference-mode', () => {
  const graph = smallNetwork();

  it('drops training-only heads, dropout, updates and what only they used', () => {
    const after = inferenceMode.run(graph);
    verifyGraph(after);
    expect(removedNames(graph, after)).toEqual(['aux.weight', 'aux.bias', 'block.bn.num_batches_tracked']);
    expect(Object.keys(after.inputs)).toEqual(['image']);
    expect(text(graph)).toMatchInlineSnapshot(`
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
    expect(text(after)).toMatchInlineSnapshot(`
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
