// Second derivatives against differences of first ones, and the update of rules that use them.

import {
  add,
  conv2d,
  exp,
  gradients,
  GraphBuilder,
  log,
  matmul,
  mul,
  reshape,
  sub,
  sum,
  tanh,
  tensorType,
  type Graph,
  type Tensor,
} from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import {
  applyOptimizer,
  curvatureOf,
  defineOptimizer,
  hyperInputs,
  joinTensors,
  solve,
  splitVector,
  type ApplyOptimizerOptions,
} from '../src/index.ts';
import { drawValues, evaluate, evaluateGraph, multiply, uniformSource, type Values } from './evaluate.ts';

/** A convolution, a dense layer and a log-sum-exp loss with 18 + 12 + 3 parameters. */
const NETWORK: Readonly<Record<string, readonly number[]>> = { kernel: [2, 1, 3, 3], weight: [3, 4], bias: [3] };

function networkLoss({ kernel, weight, bias, image }: Readonly<Record<string, Tensor>>): Tensor {
  const hidden = tanh(conv2d(image, kernel, { stride: 2, padding: 1 }));
  const features = reshape(sum(hidden, { axes: [3] }), [4]);
  const scores = add(matmul(weight, tanh(features)), bias);
  return sub(log(sum(exp(scores))), sum(mul(scores, scores)));
}

function networkValues(seed: number): Readonly<Record<string, Values>> {
  const uniform = uniformSource(seed);
  const shapes = { ...NETWORK, image: [1, 1, 4, 4] };
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, drawValues(shape, uniform)]));
}

const names = Object.keys(NETWORK);

function gradientAt(values: Readonly<Record<string, Values>>): readonly number[] {
  return evaluate(values, (tensors) => ({
    grad: joinTensors(
      gradients(
        networkLoss(tensors),
        names.map((name) => tensors[name]),
      ),
    ),
  })).grad;
}

/** The network's parameters moved by `step` along a vector. */
function moved(values: Readonly<Record<string, Values>>, v: ArrayLike<number>, step: number): Record<string, Values> {
  let start = 0;
  const parts = names.map((name) => {
    const { shape, data } = values[name];
    const first = start;
    start += data.length;
    return [name, { shape, data: Float64Array.from(data, (value, at) => value + step * v[first + at]) }] as const;
  });
  return { ...values, ...Object.fromEntries(parts) };
}

describe('curvatureOf', () => {
  it.each([1, 2, 3])('gives products that are differences of gradients (seed %i)', (seed) => {
    const values = networkValues(seed);
    const v = drawValues([33], uniformSource(seed + 10));
    const { product } = evaluate({ ...values, v }, (t) => ({
      product: curvatureOf(
        networkLoss(t),
        names.map((name) => t[name]),
      ).hvp(t.v),
    }));
    const step = 1e-5;
    const [after, before] = [step, -step].map((size) => gradientAt(moved(values, v.data, size)));
    const scale = Math.max(...product.map(Math.abs));
    product.forEach((value, at) => {
      expect(Math.abs(value - (after[at] - before[at]) / (2 * step))).toBeLessThan(1e-7 * scale);
    });
    expect(scale).toBeGreaterThan(0.1);
  });

  it('takes nothing from how the vector was made', () => {
    const values = networkValues(4);
    const { product, same } = evaluate(values, (t) => {
      const params = names.map((name) => t[name]);
      const loss = networkLoss(t);
      const [grad] = [joinTensors(gradients(loss, params))];
      const { hvp } = curvatureOf(loss, params);
      return { product: hvp(mul(grad, 2)), same: mul(hvp(grad), 2) };
    });
    product.forEach((value, at) => expect(value).toBeCloseTo(same[at], 10));
  });

  it('gives the Hessian, symmetric, whose products are those', () => {
    const values = networkValues(5);
    const v = drawValues([33], uniformSource(50));
    const { hessian, product } = evaluate({ ...values, v }, (t) => {
      const curvature = curvatureOf(
        networkLoss(t),
        names.map((name) => t[name]),
      );
      return { hessian: curvature.hessian(), product: curvature.hvp(t.v) };
    });
    expect(hessian.length).toBe(33 * 33);
    hessian.forEach((value, at) => {
      expect(value).toBeCloseTo(hessian[(at % 33) * 33 + Math.floor(at / 33)], 10);
    });
    multiply({ shape: [33, 33], data: hessian }, v.data).forEach((value, at) => {
      expect(value).toBeCloseTo(product[at], 10);
    });
  });

  it('is zero for a linear loss and for parameters that the loss does not read', () => {
    const inputs = { a: { shape: [2], data: [1, 2] }, b: { shape: [1], data: [3] } };
    const { linear, unused } = evaluate(inputs, ({ a, b }) => ({
      linear: curvatureOf(sum(mul(a, 3)), [a]).hessian(),
      unused: curvatureOf(sum(mul(a, a)), [a, b]).hessian(),
    }));
    expect(linear).toEqual([0, 0, 0, 0]);
    expect(unused).toEqual([2, 0, 0, 0, 2, 0, 0, 0, 0]);
  });

  it('refuses vectors of another size and parameters of unknown size', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', tensorType('f32', [3]));
    const y = builder.input('y', tensorType('f32', ['N']));
    expect(() => curvatureOf(sum(mul(x, x)), [x]).hvp(y)).toThrow(
      expect.objectContaining({ message: 'hvp: expected f32[3], received f32[N]. [hvp.operands]' }),
    );
    expect(() => curvatureOf(sum(mul(y, y)), [y]).hessian()).toThrow(
      expect.objectContaining({
        message: 'curvature: expected parameters of known size, received f32[N]. [curvature.shape]',
      }),
    );
  });
});

describe('splitVector', () => {
  it('takes apart what joinTensors joined', () => {
    const inputs = {
      a: { shape: [2, 2], data: [1, 2, 3, 4] },
      b: { shape: [], data: [5] },
      c: { shape: [1], data: [6] },
    };
    const { vector, ...parts } = evaluate(inputs, ({ a, b, c }) => {
      const joined = joinTensors([a, b, c]);
      const [first, second, third] = splitVector(joined, [a, b, c]);
      return { vector: joined, a: first, b: second, c: third };
    });
    expect(vector).toEqual([1, 2, 3, 4, 5, 6]);
    expect(parts).toEqual({ a: [1, 2, 3, 4], b: [5], c: [6] });
  });
});

/** A Newton step with a state that counts it, element by element. */
const secondOrder = defineOptimizer({
  name: 'secondOrder',
  options: { lr: 1, rounds: 3 },
  needs: { curvature: 'hessian' },
  structural: ['rounds'],
  state: () => ({ moved: { kind: 'constant', value: 0 } }),
  update: ({ param, grad, state, hessian, hyper }) => ({
    param: sub(param, mul(solve(hessian(), grad), hyper.lr)),
    state: { moved: add(state.moved, 1) },
  }),
});

type Build = (builder: GraphBuilder, params: readonly Tensor[]) => Partial<ApplyOptimizerOptions>;

/** Two parameters, `a` [2] in the group `decay` and `b` [1, 1] in another, under a quadratic loss that couples them. */
function training(build: Build): Graph {
  const builder = new GraphBuilder();
  const a = builder.parameter('a', [2]);
  const b = builder.parameter('b', [1, 1], { group: 'other' });
  const both = joinTensors([a, b]);
  const loss = sum(mul(both, matmul(builder.input('matrix', tensorType('f32', [3, 3])), both)));
  const [gradA, gradB] = gradients(loss, [a, b]);
  const made = applyOptimizer(builder, secondOrder(), {
    grads: { a: gradA, b: gradB },
    hyper: hyperInputs(builder, secondOrder()),
    loss,
    ...build(builder, [a, b]),
  });
  if (made !== undefined) builder.output('made', made);
  for (const [name, value] of Object.entries(builder.updates)) builder.output(`next ${name}`, builder.tensor(value));
  return builder.finish();
}

const REGULAR = [4, 1, 0, 1, 3, 1, 0, 1, 2];
const SINGULAR = [1, 1, 0, 1, 1, 0, 0, 0, 1];

function step(build: Build, { matrix = REGULAR, lr = 1, open = 1 } = {}): Record<string, readonly number[]> {
  return evaluateGraph(training(build), {
    a: { shape: [2], data: [1, -2] },
    b: { shape: [1, 1], data: [0.5] },
    'optimizer/moved/a': { shape: [2], data: [0, 0] },
    'optimizer/moved/b': { shape: [1, 1], data: [0] },
    'optimizer/step': { shape: [], data: [0] },
    '$hyper.lr': { shape: [], data: [lr] },
    matrix: { shape: [3, 3], data: matrix },
    open: { shape: [], data: [open] },
  });
}

const gated: Build = (builder) => ({ gate: builder.input('open', tensorType('bool', [])) });

function expectVector(received: readonly number[], expected: readonly number[]): void {
  expect(received.length).toBe(expected.length);
  received.forEach((value, at) => expect(value).toBeCloseTo(expected[at], 12));
}

describe('applyOptimizer with curvature', () => {
  it('updates all parameters at once, each in its shape, and solves a quadratic', () => {
    const next = step(() => ({}));
    expectVector(next['next a'], [0, 0]);
    expectVector(next['next b'], [0]);
    expect([next['next optimizer/moved/a'], next['next optimizer/moved/b']]).toEqual([[1, 1], [1]]);
    expect(next['next optimizer/step']).toEqual([1]);
    expect(next.made).toEqual([1]);
  });

  it('keeps structural numbers out of the hyper-parameters', () => {
    expect(secondOrder({ rounds: 5 }).hyper).toEqual({ lr: 1 });
    expect(secondOrder({ rounds: 5 }).options).toEqual({ lr: 1, rounds: 5 });
    expect(Object.keys(training(() => ({})).inputs)).toEqual(['matrix', '$hyper.lr']);
  });

  it('scales the rate of single parameters, and takes the values of their group', () => {
    const scaled = step(() => ({ lrScale: (name) => (name === 'a' ? 0.5 : 1) }));
    expectVector(scaled['next a'], [0.5, -1]);
    expectVector(scaled['next b'], [0]);
    const grouped = step((builder) => ({
      override: (name): Readonly<Record<string, number>> =>
        builder.parameters[name].group === 'other' ? { lr: 0.25 } : {},
    }));
    expectVector(grouped['next a'], [0, 0]);
    expectVector(grouped['next b'], [0.375]);
  });

  it('changes nothing where the gate is closed', () => {
    const kept = step(gated, { open: 0 });
    expect(kept['next a']).toEqual([1, -2]);
    expect(kept['next b']).toEqual([0.5]);
    expect(kept['next optimizer/moved/a']).toEqual([0, 0]);
    expect(kept['next optimizer/step']).toEqual([0]);
    expect(kept.made).toEqual([0]);
    expect(step(gated).made).toEqual([1]);
  });

  it.each([['without a gate', () => ({})] as const, ['with an open one', gated] as const])(
    'changes nothing where the Hessian is singular, %s',
    (_, build) => {
      const kept = step(build, { matrix: SINGULAR });
      expect(kept['next a']).toEqual([1, -2]);
      expect(kept['next b']).toEqual([0.5]);
      expect(kept['next optimizer/moved/a']).toEqual([0, 0]);
      expect(kept.made).toEqual([0]);
    },
  );

  it('needs the loss', () => {
    expect(() => training(() => ({ loss: undefined }))).toThrow(
      expect.objectContaining({
        message:
          'secondOrder: expected the loss in the graph of the update, received gradients only; secondOrder needs the Hessian. ' +
          'Hint: pass loss to applyOptimizer; accumulated gradients have no curvature, so train with accumulate 1 [optimizer.curvature]',
      }),
    );
  });
});
