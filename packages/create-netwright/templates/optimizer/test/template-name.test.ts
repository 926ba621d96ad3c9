import { testOptimizer, type OptimizerOracle } from '@netwright/testing';
import { expect, it } from 'vitest';
import { templateName } from '../src/index.ts';

const theta0 = [0.5, -1.25, 2];
const grads = [
  [0.25, -0.5, 1],
  [0.125, 0.75, -0.5],
  [-0.375, 0.5, 0.25],
  [0.5, -0.25, 0.125],
];

/** The rule once more, in plain numbers; better, a file of what another implementation recorded. */
function recorded(
  name: string,
  { lr, momentum, weightDecay }: Record<'lr' | 'momentum' | 'weightDecay', number>,
): OptimizerOracle['runs'][number] {
  const velocity = theta0.map(() => 0);
  let theta: readonly number[] = theta0;
  const trajectory = grads.map((grad) => {
    grad.forEach((value, at) => (velocity[at] = momentum * velocity[at] + value));
    theta = theta.map((value, at) => value - lr * (velocity[at] + weightDecay * value));
    return theta;
  });
  return { name, f64: trajectory, f32: trajectory, f32_vs_f64_max_abs: 0 };
}

const plain = { lr: 0.1, momentum: 0.9, weightDecay: 0 };
const decayed = { lr: 0.05, momentum: 0.8, weightDecay: 0.01 };

testOptimizer(templateName, {
  golden: {
    oracle: { theta0, grads, runs: [recorded('plain', plain), recorded('decayed', decayed)] },
    runs: [
      { run: 'plain', options: plain },
      { run: 'decayed', options: decayed },
    ],
  },
});

it('refuses numbers out of range, all at once', () => {
  expect(() => templateName({ lr: -1, momentum: 1.5, weightDecay: -1 })).toThrow(
    'lr must be at least 0, not -1; momentum must be in [0, 1], not 1.5; weightDecay must be at least 0, not -1. [template-name.options]',
  );
});
