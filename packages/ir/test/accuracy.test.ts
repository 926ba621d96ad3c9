// Results next to 0 in single precision, where a plain formula would lose all digits.

import { describe, expect, it } from 'vitest';
import {
  binaryCrossEntropyWithLogits,
  constantLike,
  elu,
  expm1,
  GraphBuilder,
  log1p,
  softplus,
  tensorType,
  type Tensor,
} from '../src/index.ts';
import { evaluateGraph } from './evaluate-graph.ts';

const SMALL = [1e-30, 1e-10, 3e-8, 1e-7, 1e-5, 1e-3, 0.1].flatMap((x) => [x, -x]);
const CONFIDENT = [-80, -30, -20, -17, -10, -5];

const cases: readonly (readonly [
  name: string,
  build: (x: Tensor) => Tensor,
  exact: (x: number) => number,
  points: readonly number[],
])[] = [
  ['log1p', log1p, Math.log1p, SMALL],
  ['expm1', expm1, Math.expm1, SMALL],
  ['elu', (x) => elu(x), (x) => (x > 0 ? x : Math.expm1(x)), SMALL],
  ['softplus', (x) => softplus(x), (x) => Math.log1p(Math.exp(x)), CONFIDENT],
  [
    'binaryCrossEntropyWithLogits of a negative',
    (x) => binaryCrossEntropyWithLogits(x, constantLike(x, 0), { reduction: 'none' }),
    (x) => Math.log1p(Math.exp(x)),
    CONFIDENT,
  ],
  [
    'binaryCrossEntropyWithLogits of a positive',
    (x) => binaryCrossEntropyWithLogits(x, constantLike(x, 1), { reduction: 'none' }),
    (x) => Math.log1p(Math.exp(-x)),
    CONFIDENT.map((x) => -x),
  ],
];

describe('relative error in single precision', () => {
  it.each(cases)('%s', (_, build, exact, points) => {
    const builder = new GraphBuilder();
    builder.output('y', build(builder.input('x', tensorType('f32', [points.length]))));
    const x = points.map(Math.fround);
    const { y } = evaluateGraph(builder.finish(), { x }, {}, Math.fround);
    const errors = x.map((point, i) => Math.abs(y[i] / exact(point) - 1));
    expect(Math.max(...errors)).toBeLessThan(5e-7);
  });
});
