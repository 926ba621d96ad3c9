// Gradients through calls, of gradients, and with respect to values that depend on each other.

import { describe, expect, it, vi } from 'vitest';
import {
  add,
  buildGraph,
  callFunction,
  cast,
  constantLike,
  defineFunction,
  differentiate,
  eliminateDeadCode,
  exp,
  gradientRules,
  gradients,
  GraphBuilder,
  inlineFunctions,
  mul,
  pow,
  relu,
  sigmoid,
  sin,
  sub,
  sum,
  tensorType,
  verifyGraph,
  type FunctionRecord,
  type Tensor,
} from '../src/index.ts';
import { largestDifference } from './check-pass.ts';
import { drawNormal, uniformSource } from './draw.ts';
import { evaluateGraph } from './evaluate-graph.ts';
import { checkDerivatives } from './finite-differences.ts';
import { smallNetwork } from './small-graphs.ts';

type NoAttrs = Readonly<Record<string, never>>;

const vector = tensorType('f32', [4]);
const scalar = tensorType('f32', []);

function call(record: FunctionRecord<NoAttrs>, ...inputs: readonly Tensor[]): readonly Tensor[] {
  return callFunction(record, inputs, {});
}

const products = defineFunction<NoAttrs>({
  name: 'products',
  expand: ([x, y]) => [mul(x, sin(y)), mul(x, x), y],
});
/** Has a gradient of its own that reads operands, results and gradients of two results. */
const power = defineFunction<NoAttrs>({
  name: 'power',
  expand: ([x]) => [exp(x), exp(mul(x, 2))],
  gradient: ({ outputs: [y, z], grads: [g, h] }) => [add(mul(g, y), mul(mul(h, z), 2))],
});
const both = defineFunction<NoAttrs>({
  name: 'both',
  expand: ([x, y]) => {
    const [a, b] = call(products, x, y);
    const [c, d] = call(power, sin(a));
    return [add(mul(c, b), d)];
  },
});
/** One operand is not f32 and gets no gradient. */
const masked = defineFunction<NoAttrs>({ name: 'masked', expand: ([x, mask]) => [mul(exp(x), cast(mask, 'f32'))] });

describe('gradients through calls', () => {
  it.each<[string, (x: Tensor, y: Tensor) => Tensor]>([
    ['one operand for both', (x) => call(products, x, x)[0]],
    ['a result that is an operand', (x, y) => mul(call(products, x, y)[2], x)],
    ['one of two results with an own gradient', (x) => call(power, x)[1]],
    ['both results with an own gradient', (x, y) => mul(...pair(call(power, mul(x, y))))],
    ['one result used twice', (x) => mul(...pair([call(power, x)[0], call(power, x)[0]]))],
    ['calls inside a call', (x, y) => call(both, x, y)[0]],
    ['calls of calls', (x, y) => call(both, call(both, x, y)[0], sin(y))[0]],
    ['an operand that is not f32', (x, y) => mul(call(masked, x, cast(y, 'i32'))[0], y)],
    ['a dead branch', (x, y) => (call(both, y, x), call(products, x, y)[0])],
  ])('%s', (_, build) => {
    const uniform = uniformSource(9);
    const data = [0, 1].map(() => drawNormal(4, uniform).map((value) => value / 2));
    const report = checkDerivatives({ types: [vector, vector], data, build: ([x, y]) => build(x, y) }, uniform);
    expect(report.first).toBeLessThan(1e-7);
    expect(report.second).toBeLessThan(1e-7);
  });

  it('are those of the expansion, also after inlining', () => {
    const build = (x: Tensor, y: Tensor): Tensor => sum(call(both, call(power, x)[0], y)[0]);
    const graph = buildGraph({ x: vector, y: vector }, ({ x, y }) => {
      const [dx, dy] = gradients(build(x, y), [x, y]);
      return { dx, dy };
    });
    const flat = inlineFunctions.run(buildGraph({ x: vector, y: vector }, ({ x, y }) => ({ loss: build(x, y) })));
    const expected = differentiate(flat, 'loss', ['x', 'y']);
    verifyGraph(graph);
    verifyGraph(expected);
    const uniform = uniformSource(4);
    const data = { x: drawNormal(4, uniform), y: drawNormal(4, uniform) };
    const { dx, dy } = evaluateGraph(graph, data);
    const results = evaluateGraph(expected, data);
    expect(largestDifference(dx, results['dloss/dx'])).toBeLessThan(1e-12);
    expect(largestDifference(dy, results['dloss/dy'])).toBeLessThan(1e-12);
  });

  it('add up over result nodes that repeat one result', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', vector);
    const [first] = call(power, x);
    const again = builder.append(builder.node(first.id));
    builder.output('dx', gradients(sum(add(mul(first, 2), again)), [x])[0]);
    const data = [0.1, -0.2, 0.3, 1];
    const { dx } = evaluateGraph(builder.finish(), { x: data });
    expect(
      largestDifference(
        dx,
        data.map((value) => 3 * Math.exp(value)),
      ),
    ).toBeLessThan(1e-15);
  });

  it('need no result node that dead code elimination took away', () => {
    const graph = eliminateDeadCode.run(buildGraph({ x: vector }, ({ x }) => ({ y: sum(call(power, x)[1]) })));
    expect(graph.nodes.filter(({ op }) => op === 'result').length).toBe(1);
    const after = differentiate(graph, 'y', ['x']);
    verifyGraph(after);
    expect([...evaluateGraph(after, { x: [0, 0, 0, 0] })['dy/dx']]).toEqual([2, 2, 2, 2]);
  });

  it('derive the gradient of a function once for all its calls', () => {
    let expansions = 0;
    const counted = defineFunction<NoAttrs>({
      name: 'counted',
      expand: ([x]) => {
        expansions++;
        return [sin(x)];
      },
    });
    const builder = new GraphBuilder();
    const x = builder.input('x', vector);
    let y = x;
    for (let i = 0; i < 20; i++) [y] = call(counted, y);
    const before = builder.length;
    gradients(sum(y), [x]);
    expect(expansions).toBe(1);
    expect(builder.length - before).toBeLessThan(20 * 6);
  });

  it('keep the scope of the call, wherever they are built', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', vector);
    const y = builder.within('layer1', () => call(both, x, x)[0]);
    const before = builder.length;
    builder.within('update', () => gradients(sum(y), [x]));
    const scopes = new Set(
      builder
        .finish()
        .nodes.slice(before)
        .map(({ scope }) => scope),
    );
    expect([...scopes].sort()).toEqual(['layer1', 'update']);
    expect(builder.scope).toBe('');
  });
});

describe('gradients', () => {
  it('of gradients of gradients', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', scalar);
    let y = mul(pow(x, 5), sigmoid(x));
    const derivatives = [y];
    for (let order = 1; order <= 4; order++) {
      [y] = gradients(y, [x]);
      derivatives.push(y);
      builder.output(`d${String(order)}`, y);
    }
    builder.output('d0', derivatives[0]);
    const graph = builder.finish();
    const at = (point: number): Record<string, Float64Array> => evaluateGraph(graph, { x: [point] });
    const step = 1e-5;
    for (let order = 1; order <= 4; order++) {
      const name = `d${String(order - 1)}`;
      const numeric = (at(0.7 + step)[name][0] - at(0.7 - step)[name][0]) / (2 * step);
      expect(at(0.7)[`d${String(order)}`][0]).toBeCloseTo(numeric, 6);
    }
  });

  it('are whole for values that depend on each other', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', vector);
    const y = mul(x, x);
    const z = exp(y);
    const [dx, dy, dz] = gradients(sum(add(mul(z, 3), y)), [x, y, z]);
    Object.entries({ dx, dy, dz }).forEach(([name, value]) => {
      builder.output(name, value);
    });
    const data = [0.5, -1, 0.25, 0];
    const results = evaluateGraph(builder.finish(), { x: data });
    const slope = data.map((value) => 3 * Math.exp(value * value) + 1);
    expect([...results['dz']]).toEqual([3, 3, 3, 3]);
    expect(largestDifference(results['dy'], slope)).toBeLessThan(1e-15);
    expect(
      largestDifference(
        results['dx'],
        slope.map((value, i) => 2 * data[i] * value),
      ),
    ).toBeLessThan(1e-15);
  });

  it('are the seed for the value itself, and zeros where it does not depend on a value', () => {
    const builder = new GraphBuilder();
    const [x, y] = [builder.input('x', vector), builder.input('y', vector)];
    const value = sin(x);
    const later = exp(value);
    const seed = constantLike(value, 5);
    const [own, none, after] = gradients(value, [value, y, later], seed);
    Object.entries({ own, none, after }).forEach(([name, grad]) => {
      builder.output(name, grad);
    });
    const results = evaluateGraph(builder.finish(), { x: [1, 2, 3, 4], y: [1, 2, 3, 4] });
    expect([results['own'], results['none'], results['after']].map((list) => [...list])).toEqual([
      [5, 5, 5, 5],
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
  });

  it('of a network in training form agree with differences, for every parameter', () => {
    const network = smallNetwork();
    const builder = GraphBuilder.from(network);
    const logits = builder.tensor(network.outputs.logits.value);
    const auxiliary = builder.tensor(network.outputs.auxiliary.value);
    builder.output('loss', add(sum(mul(logits, logits)), sum(exp(auxiliary))));
    const names = Object.keys(network.parameters);
    const graph = differentiate(builder.finish(), 'loss', names);
    verifyGraph(graph);
    const dims = { N: 3 };
    const uniform = uniformSource(21);
    const point: Record<string, readonly number[]> = { $seed: [1], $step: [2], $offset: [0] };
    for (const [name, { type }] of [
      ...Object.entries(network.parameters),
      ...Object.entries(network.states),
      ['image', network.inputs.image] as const,
    ]) {
      const count = type.shape.reduce<number>((product, dim) => product * (dim === 'N' ? dims.N : Number(dim)), 1);
      point[name] = drawNormal(count, uniform).map((value) => value / 2);
    }
    const results = evaluateGraph(graph, point, dims);
    for (const name of names) {
      const grad = results[`dloss/d${name}`];
      const direction = drawNormal(grad.length, uniform);
      const loss = (step: number): number => {
        const moved = point[name].map((value, i) => value + step * direction[i]);
        return evaluateGraph(graph, { ...point, [name]: moved }, dims)['loss'][0];
      };
      const numeric = (loss(1e-6) - loss(-1e-6)) / 2e-6;
      const analytic = grad.reduce((total, value, i) => total + value * direction[i], 0);
      expect(Math.abs(analytic - numeric) / (1 + Math.abs(numeric))).toBeLessThan(1e-6);
      expect(Math.abs(analytic)).toBeGreaterThan(1e-9);
    }
  });
});

describe('differentiate', () => {
  it('knows the names of its outputs', () => {
    const graph = buildGraph({ x: vector }, ({ x }) => ({ y: sum(relu(x)) }));
    const after = differentiate(graph, 'y', ['x']);
    expect(after.outputs['dy/dx'].role).toBe('prediction');
  });
});

describe('messages', () => {
  const builder = new GraphBuilder();
  const x = builder.input('x', vector);
  const count = builder.input('count', tensorType('i32', []));

  it.each<[string, () => unknown]>([
    [
      'gradients: expected f32 tensors, received i32[]. Hint: only f32 values have gradients; cast() passes none from other element types [autodiff.dtype]',
      () => gradients(count, [x]),
    ],
    [
      'gradients: expected f32 tensors, received i32[]. Hint: only f32 values have gradients; cast() passes none from other element types [autodiff.dtype]',
      () => gradients(sum(x), [x, count]),
    ],
    [
      'gradients (head): expected a seed of type f32[4], received f32[]. [autodiff.seed]',
      () =>
        gradients(
          builder.within('head', () => sub(x, 1)),
          [x],
          sum(x),
        ),
    ],
    [
      'gradients: expected operands of one graph, received a tensor of another graph. Hint: build both operands from the same builder, or pass the tensor in as an input [graph.foreign]',
      () => gradients(sum(x), [new GraphBuilder().input('x', vector)]),
    ],
  ])('%s', (message, act) => {
    expect(act).toThrow(expect.objectContaining({ name: 'NetwrightError', message }));
  });
});

function pair([a, b]: readonly Tensor[]): readonly [Tensor, Tensor] {
  return [a, b];
}

it('names the operation whose gradient rule gives another type', () => {
  const rules = gradientRules as { sin: NonNullable<typeof gradientRules.sin> };
  const rule = vi.spyOn(rules, 'sin').mockImplementation(({ grad }) => [sum(grad)]);
  const build = (): unknown =>
    buildGraph({ x: vector }, ({ x }, builder) =>
      builder.within('wave', () => ({ dx: gradients(sum(sin(x)), [x])[0] })),
    );
  expect(build).toThrow(
    "sin (wave): expected a gradient of type f32[4], received f32[]. Hint: the operation's gradient rule is wrong [autodiff.type]",
  );
  rule.mockRestore();
});
