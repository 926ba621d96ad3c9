// Passes that move, drop and merge nodes: the text before and after, and equal values.

import { describe, expect, it } from 'vitest';
import {
  add,
  buildGraph,
  callFunction,
  defineFunction,
  dropUnusedParameters,
  eliminateCommonSubexpressions,
  eliminateDeadCode,
  exp,
  GraphBuilder,
  gradients,
  inlineFunctions,
  mul,
  printGraph,
  random,
  relu,
  removedNames,
  sub,
  sum,
  tensorType,
  type Graph,
} from '../../src/index.ts';
import { checkPass } from '../check-pass.ts';
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
