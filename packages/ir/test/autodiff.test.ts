import { describe, expect, it } from 'vitest';
import {
  add,
  buildGraph,
  callFunction,
  cast,
  defineFunction,
  differentiate,
  exp,
  gradients,
  GraphBuilder,
  lt,
  mul,
  sin,
  sum,
  tensorType,
  where,
  type Graph,
  type Tensor,
} from '../src/index.ts';
import { drawNormal, uniformSource } from './draw.ts';
import { evaluateGraph } from './evaluate-graph.ts';
import { checkDerivatives } from './finite-differences.ts';

const vector = tensorType('f32', [4]);
const noAttrs = {};

/** (x, y) -> (x * sin(y), x), differentiated through its expansion. */
const expanded = defineFunction<typeof noAttrs>({ name: 'expanded', expand: ([x, y]) => [mul(x, sin(y)), x] });
/** The same from inside another function. */
const nested = defineFunction<typeof noAttrs>({
  name: 'nested',
  expand: ([x, y]) => {
    const [a, b] = callFunction(expanded, [x, y], noAttrs);
    return [add(a, b)];
  },
});
/** e^x, whose gradient reads its result. */
const ownGradient = defineFunction<typeof noAttrs>({
  name: 'ownGradient',
  expand: ([x]) => [exp(x)],
  gradient: ({ outputs: [y], grads: [g] }) => [mul(g, y)],
});

describe('gradients', () => {
  it.each<[string, (x: Tensor, y: Tensor) => Tensor]>([
    ['a value used twice', (x, y) => add(mul(x, y), mul(x, sin(x)))],
    ['an operand on both sides', (x) => mul(x, x)],
    ['a value that one input does not reach', (x) => sin(x)],
    ['a branch through integers', (x, y) => mul(cast(cast(x, 'i32'), 'f32'), y)],
    ['a mask', (x, y) => where(lt(x, y), x, mul(y, y))],
    [
      'both results of a function',
      (x, y) => mul(...(callFunction(expanded, [x, y], noAttrs) as readonly [Tensor, Tensor])),
    ],
    ['the first result of a function', (x, y) => callFunction(expanded, [x, y], noAttrs)[0]],
    ['the second result of a function', (x, y) => callFunction(expanded, [x, y], noAttrs)[1]],
    ['a function of functions', (x, y) => callFunction(nested, [x, y], noAttrs)[0]],
    ['a function with its own gradient', (x, y) => mul(callFunction(ownGradient, [x], noAttrs)[0], y)],
    [
      'a function called twice',
      (x, y) => callFunction(ownGradient, [callFunction(ownGradient, [mul(x, y)], noAttrs)[0]], noAttrs)[0],
    ],
  ])('of %s', (_, build) => {
    const uniform = uniformSource(3);
    const report = checkDerivatives(
      {
        types: [vector, vector],
        data: [drawNormal(4, uniform), drawNormal(4, uniform)],
        build: ([x, y]) => build(x, y),
      },
      uniform,
    );
    expect(report.first).toBeLessThan(1e-7);
    expect(report.second).toBeLessThan(1e-7);
  });

  it('are with respect to values in the middle too', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', vector);
    const middle = sin(x);
    builder.output('d', gradients(sum(mul(middle, middle)), [middle])[0]);
    builder.output('twice', mul(middle, 2));
    const { d, twice } = evaluateGraph(builder.finish(), { x: [0.1, 0.2, -0.3, 2] });
    expect(d).toEqual(twice);
  });

  it('carry the scope of the value they belong to', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', vector);
    const y = builder.within('layer1', () => builder.within('act', () => sin(x)));
    const before = builder.length;
    gradients(sum(y), [x]);
    const scopes = builder
      .finish()
      .nodes.slice(before)
      .filter(({ op }) => op === 'cos')
      .map(({ scope }) => scope);
    expect(scopes).toEqual(['layer1.act']);
  });
});

describe('differentiate', () => {
  it('adds an output for each gradient and keeps the others', () => {
    const graph = differentiate(
      buildGraph({ x: vector, y: vector }, ({ x, y }) => ({ loss: sum(mul(x, sin(y))) })),
      'loss',
      ['y', 'x'],
    );
    const data = { x: [1, 2, 3, 4], y: [0.1, 0.2, 0.3, 0.4] };
    const results = evaluateGraph(graph, data);
    expect(Object.keys(results)).toEqual(['loss', 'dloss/dy', 'dloss/dx']);
    expect([...results['dloss/dx']]).toEqual(data.y.map(Math.sin));
    expect([...results['dloss/dy']]).toEqual(data.y.map((y, i) => data.x[i] * Math.cos(y)));
  });
});

describe('messages', () => {
  const builder = new GraphBuilder();
  const x = builder.input('x', vector);
  const graph: Graph = buildGraph({ x: vector }, (inputs) => ({ y: sum(inputs.x) }));

  it.each<[string, () => unknown]>([
    [
      'gradients (head): expected a scalar, or a seed of the same type, received f32[4]. Hint: reduce it with mean() or sum(), or pass the gradient of each element as seed [autodiff.scalar]',
      () =>
        gradients(
          builder.within('head', () => exp(x)),
          [x],
        ),
    ],
    [
      'differentiate: expected one of the outputs [y], received loss. [autodiff.output]',
      () => differentiate(graph, 'loss', ['x']),
    ],
    [
      'differentiate: expected the name of an input or parameter, received weight. [autodiff.name]',
      () => differentiate(graph, 'y', ['weight']),
    ],
  ])('%s', (message, act) => {
    expect(act).toThrow(expect.objectContaining({ name: 'NetwrightError', message }));
  });
});
