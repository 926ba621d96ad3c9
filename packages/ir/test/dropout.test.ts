import { describe, expect, it } from 'vitest';
import {
  dropout,
  dropPath,
  gradients,
  GraphBuilder,
  inferenceMode,
  inlineFunctions,
  scaledDotProductAttention,
  tensorType,
  type Graph,
  type Shape,
  type Tensor,
} from '../src/index.ts';
import { evaluateGraph } from './evaluate-graph.ts';

interface Key {
  readonly seed?: number;
  readonly step?: number;
  readonly offset?: number;
}

function graphOf(shape: Shape, build: (x: Tensor) => Tensor): Graph {
  const builder = new GraphBuilder();
  const x = builder.input('x', tensorType('f32', shape));
  const y = build(x);
  builder.output('y', y);
  builder.output('grad', gradients(y, [x], builder.input('g', y.type))[0]);
  return builder.finish();
}

/** The graph of ones, with gradient 2 for every element. */
function run(
  graph: Graph,
  count: number,
  { seed = 1, step = 2, offset = 0 }: Key = {},
  dims: Record<string, number> = {},
) {
  const arrays = { x: new Float64Array(count).fill(1), g: new Float64Array(count).fill(2) };
  const { y, grad } = evaluateGraph(graph, { ...arrays, $seed: [seed], $step: [step], $offset: [offset] }, dims);
  return { y: [...y], grad: [...grad] };
}

describe('dropout', () => {
  const graph = graphOf([300, 100], (x) => dropout(x, { p: 0.3 }));

  it('drops the given share, scales the rest, and passes the gradient through the same mask', () => {
    const { y, grad } = run(graph, 30000);
    expect(new Set(y)).toEqual(new Set([0, 1 / 0.7]));
    const dropped = y.filter((value) => value === 0).length / 30000;
    expect(Math.abs(dropped - 0.3)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / 30000));
    expect(grad).toEqual(y.map((value) => 2 * value));
  });

  it('has p = 0.5 by default', () => {
    const { y } = run(
      graphOf([64], (x) => dropout(x)),
      64,
    );
    expect(new Set(y)).toEqual(new Set([0, 2]));
  });

  it.each([
    ['the seed', { seed: 2 }],
    ['the step', { step: 3 }],
  ])('draws another mask with %s, and the same one with the same key', (_, key) => {
    expect(run(graph, 30000).y).toEqual(run(graph, 30000).y);
    expect(run(graph, 30000, key).y).not.toEqual(run(graph, 30000).y);
  });

  it('draws other masks in other scopes and for every call', () => {
    const twice = (scope: string): readonly number[][] => {
      const builder = new GraphBuilder();
      const x = builder.input('x', tensorType('f32', [64]));
      builder.within(scope, () => {
        builder.output('a', dropout(x));
        builder.output('b', dropout(x));
      });
      const arrays = { x: new Float64Array(64).fill(1), $seed: [1], $step: [1], $offset: [0] };
      const { a, b } = evaluateGraph(builder.finish(), arrays);
      return [[...a], [...b]];
    };
    const masks = [...twice('features.0'), ...twice('features.1')];
    expect(new Set(masks.map((mask) => mask.join())).size).toBe(4);
    expect(twice('features.0')).toEqual(masks.slice(0, 2));
  });

  it('draws for a part of the batch what it draws for the whole', () => {
    const batch = graphOf(['N', 5], (x) => dropout(x));
    const whole = run(batch, 40, {}, { N: 8 }).y;
    const parts = [...run(batch, 15, { offset: 0 }, { N: 3 }).y, ...run(batch, 25, { offset: 3 }, { N: 5 }).y];
    expect(parts).toEqual(whole);
  });

  it('is the operand itself with p = 0, and 0 with p = 1', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', tensorType('f32', [4]));
    expect(dropout(x, { p: 0 }).id).toBe(x.id);
    expect(
      run(
        graphOf([4], (value) => dropout(value, { p: 1 })),
        4,
      ),
    ).toEqual({ y: [0, 0, 0, 0], grad: [0, 0, 0, 0] });
  });

  it('drops infinities too', () => {
    const builder = new GraphBuilder();
    builder.output('y', dropout(builder.input('x', tensorType('f32', [64]))));
    const arrays = { x: new Float64Array(64).fill(Infinity), $seed: [1], $step: [1], $offset: [0] };
    expect(new Set(evaluateGraph(builder.finish(), arrays)['y'])).toEqual(new Set([0, Infinity]));
  });

  it('is the identity in inference mode', () => {
    const builder = new GraphBuilder();
    builder.output('y', dropPath(dropout(builder.input('x', tensorType('f32', ['N', 3]))), { p: 0.9 }));
    const inference = inlineFunctions.run(inferenceMode.run(builder.finish()));
    expect(Object.keys(inference.inputs)).toEqual(['x']);
    expect([...evaluateGraph(inference, { x: [1, -2, 3] }, { N: 1 })['y']]).toEqual([1, -2, 3]);
  });
});

describe('attention with dropout', () => {
  const size = 40;
  // Equal scores give each position 1 / size; an identity as v shows the weights.
  const attend = (p?: number): Graph => {
    const builder = new GraphBuilder();
    const q = builder.input('q', tensorType('f32', ['N', size, 2]));
    const v = builder.input('v', tensorType('f32', ['N', size, size]));
    builder.output('y', scaledDotProductAttention(q, q, v, p === undefined ? {} : { dropout: p }));
    return builder.finish();
  };
  const identity = Float64Array.from({ length: size ** 2 }, (_, at) => (at % (size + 1) === 0 ? 1 : 0));
  const arrays = { q: new Float64Array(size * 2), v: identity };

  it('drops weights of positions and scales the rest', () => {
    const { y } = evaluateGraph(attend(0.25), { ...arrays, $seed: [1], $step: [0], $offset: [0] }, { N: 1 });
    const kept = [...y].filter((value) => value !== 0);
    for (const value of kept) expect(value).toBeCloseTo(1 / size / 0.75, 12);
    expect(Math.abs(kept.length / size ** 2 - 0.75)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / size ** 2));
  });

  it('is plain attention with p = 0 and in inference mode', () => {
    const plain = evaluateGraph(attend(), arrays, { N: 1 })['y'];
    const inference = inlineFunctions.run(inferenceMode.run(attend(0.25)));
    expect(Object.keys(inference.inputs)).toEqual(['q', 'v']);
    expect(evaluateGraph(inference, arrays, { N: 1 })['y']).toEqual(plain);
    expect(attend(0)).toEqual(attend());
  });
});

describe('dropPath', () => {
  it('drops whole samples', () => {
    const { y, grad } = run(
      graphOf(['N', 3, 2], (x) => dropPath(x, { p: 0.25 })),
      6000,
      {},
      { N: 1000 },
    );
    const samples = Array.from({ length: 1000 }, (_, i) => new Set(y.slice(6 * i, 6 * i + 6)));
    expect(samples.every((values) => values.size === 1)).toBe(true);
    expect(new Set(y)).toEqual(new Set([0, 1 / 0.75]));
    const dropped = samples.filter((values) => values.has(0)).length / 1000;
    expect(Math.abs(dropped - 0.25)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / 1000));
    expect(grad).toEqual(y.map((value) => 2 * value));
  });
});
