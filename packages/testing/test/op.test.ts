// Operations through `testOp`, and what it says about wrong ones.

import {
  add,
  callFunction,
  cos,
  defineFunction,
  exp,
  mul,
  primitives,
  sin,
  stopGradient,
  tensorType,
  type FunctionRecord,
  type PrimitiveSample,
} from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import { testOp } from '../src/index.ts';
import { checkDerivatives } from '../src/op/derivatives.ts';
import { uniformSource } from '../src/run/draw.ts';

const normal = (...shape: readonly (number | string)[]): PrimitiveSample['inputs'][number] => ({
  type: tensorType('f32', shape),
  fill: { kind: 'normal' },
});

testOp(primitives.matmul, [
  { name: 'matrix', attrs: {}, inputs: [normal(3, 4), normal(4, 2)] },
  { name: 'batch', attrs: {}, inputs: [normal(2, 3, 4), normal(2, 4, 2)] },
]);

/** sin(x) e^(rate y) and x y, with a gradient that reads a result. */
const damped = defineFunction<{ readonly rate: number }>({
  name: 'damped',
  expand: ([x, y], { rate }) => [mul(sin(x), exp(mul(y, rate))), mul(x, y)],
  gradient: ({ inputs: [x, y], outputs: [first], grads: [g, h], attrs: { rate } }) => [
    add(mul(g, mul(cos(x), exp(mul(y, rate)))), mul(h, y)),
    add(mul(g, mul(first, rate)), mul(h, x)),
  ],
});
testOp(damped, [
  { name: 'vectors', attrs: { rate: 0.7 }, inputs: [normal(5), normal(5)] },
  { name: 'a symbolic batch', attrs: { rate: -0.2 }, inputs: [normal('N', 3), normal('N', 3)], dims: { N: 4 } },
]);

describe('finite differences', () => {
  const errorsOf = async (record: FunctionRecord<Record<string, never>>) => {
    const errors = await checkDerivatives(
      {
        types: [tensorType('f32', [4])],
        data: [[0.3, -1.2, 2, 0.7]],
        dims: {},
        build: (inputs) => callFunction(record, inputs, {}),
      },
      uniformSource('directions'),
    );
    const largest = (order: 'first' | 'second') =>
      Math.max(...errors.flatMap((one) => (one.order === order ? [one.error] : [])));
    return { first: largest('first'), second: largest('second') };
  };
  const expand: FunctionRecord<Record<string, never>>['expand'] = ([x]) => [exp(x)];

  it('agree with a right gradient', async () => {
    const errors = await errorsOf({ name: 'right', expand, gradient: ({ outputs: [y], grads: [g] }) => [mul(g, y)] });
    expect(errors.first).toBeLessThan(1e-8);
    expect(errors.second).toBeLessThan(1e-8);
  });

  it('show a wrong first derivative', async () => {
    const errors = await errorsOf({
      name: 'wrong',
      expand,
      gradient: ({ outputs: [y], grads: [g] }) => [mul(g, mul(y, 1.0001))],
    });
    expect(errors.first).toBeGreaterThan(1e-6);
  });

  it('show a first derivative that does not go through for the second', async () => {
    const errors = await errorsOf({
      name: 'cut',
      expand,
      gradient: ({ inputs: [x], grads: [g] }) => [mul(stopGradient(exp(x)), g)],
    });
    expect(errors.first).toBeLessThan(1e-8);
    expect(errors.second).toBeGreaterThan(1e-3);
  });
});
