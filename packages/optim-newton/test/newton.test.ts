import { GraphBuilder, mul, sum, type Graph } from '@netwright/ir';
import { applyOptimizer, curvatureOf, hyperInputs, type Optimizer } from '@netwright/optim';
import { testOptimizer, type OptimizerOracle } from '@netwright/testing';
import { describe, expect, it } from 'vitest';
import { newton, newtonCg, NEWTON_LIMIT } from '../src/index.ts';
import { readRecorded } from '../../../tools/workspace/read-recorded.ts';

const oracle = readRecorded<OptimizerOracle>('optimizers.json');

testOptimizer(newton, {
  golden: {
    oracle,
    runs: [],
    functions: [
      { of: 'quadratic', run: 'newton', options: {}, tolerance: { f64: 1e-12, f32: 1e-5 } },
      { of: 'rosenbrock', run: 'newton', options: {}, tolerance: { f64: 1e-12, f32: 1e-3 } },
    ],
  },
  settings: [{ damping: 0.5 }],
});

testOptimizer(newtonCg, {
  golden: {
    oracle,
    runs: [],
    functions: [
      { of: 'quadratic', run: 'newton', options: { tolerance: 1e-12 }, tolerance: { f64: 1e-12, f32: 1e-5 } },
      { of: 'rosenbrock', run: 'newton', options: { tolerance: 1e-12 }, tolerance: { f64: 1e-10, f32: 1e-3 } },
    ],
  },
  settings: [{ damping: 0.5 }, { iterations: 3 }],
});

/** A training graph of one parameter under `sum(x^2)`. */
function graphOf(optimizer: Optimizer, size: number): Graph {
  const builder = new GraphBuilder();
  const x = builder.parameter('x', [size]);
  const hyper = hyperInputs(builder, optimizer);
  applyOptimizer(builder, optimizer, { grads: { x: mul(x, 2) }, hyper, loss: sum(mul(x, x)) });
  return builder.finish();
}

describe('newton', () => {
  it('refuses more parameters than it solves for, and says what they would take', () => {
    expect(() => graphOf(newton(), NEWTON_LIMIT)).not.toThrow();
    expect(() => graphOf(newton(), 65)).toThrow(
      expect.objectContaining({
        code: 'newton.size',
        message:
          'newton: expected at most 64 parameters, received 65; the Hessian would take 16.9 kB (4 bytes for each of k^2 numbers); ' +
          'a step would take 65 backward passes and 9.2e+4 multiplications (k^3 / 3). ' +
          'Hint: newtonCg() takes products with the Hessian only; or train fewer parameters (trainable) [newton.size]',
      }),
    );
    expect(() => graphOf(newton(), 25_557_032)).toThrow(
      /received 25,557,032; the Hessian would take 2\.61 PB .* 5\.6e\+21/,
    );
  });

  it('refuses numbers out of range', () => {
    expect(() => newton({ lr: -1, damping: -2 })).toThrow(
      expect.objectContaining({
        message:
          'newton: expected options in range, received {"lr":-1,"damping":-2}; lr must be at least 0, not -1; damping must be at least 0, not -2. [newton.options]',
      }),
    );
  });
});

describe('newtonCg', () => {
  it('takes one product with the Hessian for each iteration, and no matrix', () => {
    const products = (iterations: number): number => {
      const builder = new GraphBuilder();
      const param = builder.parameter('x', [100_000]);
      const { hvp } = curvatureOf(sum(mul(param, param)), [param]);
      let count = 0;
      const optimizer = newtonCg({ iterations });
      optimizer.update({
        param,
        grad: mul(param, 2),
        state: {},
        step: param,
        hyper: hyperInputs(builder, optimizer),
        hvp: (v) => {
          count++;
          return hvp(v);
        },
      });
      expect(builder.finish().nodes.every(({ type }) => type.shape.length < 2)).toBe(true);
      return count;
    };
    expect([1, 7, 20].map(products)).toEqual([1, 7, 20]);
  });

  it('refuses numbers out of range', () => {
    expect(() => newtonCg({ lr: -1, damping: -1, tolerance: 2, iterations: 0.5 })).toThrow(
      expect.objectContaining({
        message:
          'newtonCg: expected options in range, received {"lr":-1,"damping":-1,"tolerance":2,"iterations":0.5}; lr must be at least 0, not -1; ' +
          'damping must be at least 0, not -1; tolerance must be in [0, 1], not 2; iterations must be in [1, 1000], not 0.5; ' +
          'iterations must be a whole number, not 0.5. [newtonCg.options]',
      }),
    );
  });
});
