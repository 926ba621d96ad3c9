// Calls: how functions are registered, and what their records may do.

import { describe, expect, it } from 'vitest';
import {
  add,
  broadcastTo,
  buildGraph,
  callFunction,
  clamp,
  defineFunction,
  eliminateDeadCode,
  exp,
  fromJson,
  GraphBuilder,
  inlineGraph,
  mul,
  reshape,
  sin,
  sum,
  tensorType,
  toJson,
  verifyGraph,
  type FunctionRecord,
  type Graph,
  type Tensor,
} from '../src/index.ts';
import { evaluateGraph } from './evaluate-graph.ts';

type Attrs = Readonly<Record<string, unknown>>;

const vector = tensorType('f32', [3]);
const DATA = { x: [-2, 0.5, 3] };

function scaled(factor: number, name = 'scaled'): FunctionRecord<Attrs> {
  return defineFunction<Attrs>({ name, expand: ([x]) => [mul(x, factor)] });
}

function values(graph: Graph): Record<string, readonly number[]> {
  return Object.fromEntries(Object.entries(evaluateGraph(graph, DATA)).map(([name, list]) => [name, [...list]]));
}

describe('functions', () => {
  it('are carried once for each signature and set of attributes', () => {
    const graph = buildGraph({ x: vector }, ({ x }) => {
      const [a, b, c] = [clamp(x, 0, 1), clamp(x, 0, 1), clamp(x, 0, 2)];
      return { y: add(add(a, b), add(c, clamp(reshape(x, [3, 1]), 0, 1))) };
    });
    expect(Object.keys(graph.functions)).toEqual([
      'clamp(f32[3]){"low":0,"high":1}',
      'clamp(f32[3]){"low":0,"high":2}',
      'clamp(f32[3, 1]){"low":0,"high":1}',
    ]);
  });

  it('are told apart by attributes that JSON writes alike', () => {
    const graph = buildGraph({ x: vector }, ({ x }) => ({
      low: clamp(x, -Infinity, 0),
      high: clamp(x, 0, Infinity),
      all: clamp(x, -Infinity, Infinity),
    }));
    expect(values(graph)).toEqual({ low: [-2, 0, 0], high: [0, 0.5, 3], all: [-2, 0.5, 3] });
  });

  it('of one name but different meaning live side by side', () => {
    const graph = buildGraph({ x: vector }, ({ x }) => ({
      a: callFunction(scaled(2), [x], {})[0],
      b: callFunction(scaled(3), [x], {})[0],
      c: callFunction(scaled(2), [x], {})[0],
    }));
    verifyGraph(graph);
    expect(Object.keys(graph.functions)).toEqual(['scaled(f32[3]){}', 'scaled(f32[3]){}#2']);
    expect(values(graph)).toEqual({ a: [-4, 1, 6], b: [-6, 1.5, 9], c: [-4, 1, 6] });
  });

  it('of a graph that was read keep their meaning beside newer ones of the same name', () => {
    const old = fromJson(toJson(buildGraph({ x: vector }, ({ x }) => ({ y: callFunction(scaled(2), [x], {})[0] }))));
    const builder = GraphBuilder.from(old);
    builder.output('z', callFunction(scaled(5), [builder.tensor(old.outputs['y'].value)], {})[0]);
    expect(values(builder.finish())).toEqual({ y: [-4, 1, 6], z: [-20, 5, 30] });
  });

  it('keep their meaning when a body with others of the same name is copied in', () => {
    const part = buildGraph({ x: vector }, ({ x }) => ({ y: callFunction(scaled(7), [x], {})[0] }));
    const graph = buildGraph({ x: vector }, ({ x }, builder) => {
      const a = callFunction(scaled(2), [x], {})[0];
      return { a, b: inlineGraph(builder, part, { x }).y, c: inlineGraph(builder, part, { x: a }).y };
    });
    verifyGraph(graph);
    expect(values(graph)).toEqual({ a: [-4, 1, 6], b: [-14, 3.5, 21], c: [-28, 7, 42] });
    expect(Object.keys(graph.functions).length).toBe(2);
  });

  it('are expanded once, however often they are called', () => {
    let expansions = 0;
    const record = defineFunction<Attrs>({
      name: 'counted',
      expand: ([x]) => {
        expansions++;
        return [exp(x)];
      },
    });
    buildGraph({ x: vector }, ({ x }) => {
      let y = x;
      for (let i = 0; i < 10; i++) [y] = callFunction(record, [y], { size: 1 });
      return { y };
    });
    expect(expansions).toBe(1);
  });

  it('may give operands back, in any order, and the same value twice', () => {
    const swap = defineFunction<Attrs>({ name: 'swap', expand: ([x, y]) => [y, x, y] });
    const graph = buildGraph({ x: vector }, ({ x }) => {
      const [a, b, c] = callFunction(swap, [x, mul(x, 2)], {});
      return { a, b, c };
    });
    verifyGraph(graph);
    expect(values(graph)).toEqual({ a: [-4, 1, 6], b: [-2, 0.5, 3], c: [-4, 1, 6] });
    verifyGraph(eliminateDeadCode.run(graph));
  });
});

describe('messages', () => {
  const builder = new GraphBuilder();
  const x = builder.input('x', vector);
  const count = builder.input('count', tensorType('i32', [3]));
  const broken = (parts: Partial<FunctionRecord<Attrs>>): FunctionRecord<Attrs> =>
    defineFunction<Attrs>({ name: 'odd', expand: ([first]) => [exp(first)], ...parts });
  const call = (parts: Partial<FunctionRecord<Attrs>>, inputs: readonly Tensor[] = [x], attrs: Attrs = {}) =>
    callFunction(broken(parts), inputs, attrs);
  const BODY =
    'odd: expected operations on the operands alone, with results of the declared types; %. Hint: pass parameters, states and random keys in as operands [function.body]';

  it.each<[string, () => unknown]>([
    [
      'odd: expected at least one operand, whose graph the call joins, received none. [function.operands]',
      () => call({}, []),
    ],
    [
      'odd (block): expected attributes of numbers, strings, booleans, null, arrays and objects, received something else at attrs.limits[1].builder. Hint: pass tensors as operands [function.attrs]',
      () => builder.within('block', () => call({}, [x], { limits: [1, x] })),
    ],
    [BODY.replace('%', 'expand: it has no results'), () => call({ expand: () => [] })],
    [
      BODY.replace('%', 'expand: it declares $seed, $step, $offset'),
      () => call({ expand: ([first]) => (first.builder.randomKey(), [first]) }),
    ],
    [
      BODY.replace('%', 'expand: it declares weight'),
      () => call({ expand: ([first]) => [add(first, first.builder.parameter('weight', [3]))] }),
    ],
    [
      BODY.replace('%', 'inference: it declares total'),
      () => call({ inference: ([first]) => [add(first, first.builder.state('total', vector))] }),
    ],
    [
      BODY.replace('%', 'inference: it gives f32[] and expand f32[3]'),
      () => call({ inference: ([first]) => [sum(first)] }),
    ],
    [
      BODY.replace('%', 'inference: it gives f32[3], f32[3] and expand f32[3]'),
      () => call({ inference: ([first]) => [first, first] }),
    ],
    [
      BODY.replace('%', 'gradient: the gradient of operand 0, f32[3], is f32[]'),
      () => call({ gradient: ({ grads: [g] }) => [sum(g)] }),
    ],
    [
      BODY.replace('%', 'gradient: it gives more gradients than there are operands (1)'),
      () => call({ gradient: ({ grads: [g] }) => [g, g] }),
    ],
    [
      BODY.replace('%', 'gradient: it gives operand 1, i32[3], a gradient'),
      () => call({ gradient: ({ grads: [g] }) => [g, g] }, [x, count]),
    ],
    [
      BODY.replace('%', 'gradient: it declares $seed, $step, $offset'),
      () => call({ gradient: ({ grads: [g] }) => (g.builder.randomKey(), [g]) }),
    ],
    [
      'output: expected operands of one graph, received a tensor of another graph. Hint: build both operands from the same builder, or pass the tensor in as an input [graph.foreign]',
      () => call({ expand: () => [x] }),
    ],
    [
      'add (layer3.0.act): expected operands of one shape and element type, received f32[3], i32[3]; element types f32 and i32 differ. Hint: use broadcastTo or cast [add.operands]',
      () => builder.within('layer3.0.act', () => call({ expand: ([a, b]) => [add(a, b)] }, [x, count])),
    ],
    [
      'broadcastTo (act): expected axes of length 1 or of the target length, aligned at the last, received f32[3]; [3] does not broadcast to [4]. [broadcastTo.operands]',
      () =>
        builder.within('act', () =>
          callFunction(
            defineFunction<Attrs>({
              name: 'outer',
              expand: ([a]) => call({ expand: ([b]) => [broadcastTo(b, [4])] }, [sin(a)]),
            }),
            [x],
            {},
          ),
        ),
    ],
  ])('%s', (message, act) => {
    expect(act).toThrow(expect.objectContaining({ name: 'NetwrightError', message }));
  });
});
