import { readFileSync } from 'node:fs';
import { replay, testOptimizer, type OptimizerOracle } from '@netwright/testing';
import { expect, it } from 'vitest';
import { nadam } from '../src/index.ts';
import { readRecorded } from '../../../tools/workspace/read-recorded.ts';

const oracle = readRecorded<OptimizerOracle>('optimizers.json');

testOptimizer(nadam, {
  golden: { oracle, runs: [{ run: 'nadam', options: { lr: 0.01, product: 'torch1' } }] },
  quadratic: { lr: 0.1 },
  settings: [{ weightDecay: 0.01 }, { momentumDecay: 0 }, { product: 'torch1' }],
});

/**
 * Parameters after each step with gradients and start of the oracle, from `torch.optim.NAdam(lr=0.01, foreach=True)` of PyTorch 1.13 in double
 * precision; unlike the loop over single tensors it has the paper's product, in single precision.
 */
const { steps } = JSON.parse(readFileSync(new URL('./torch-foreach.json', import.meta.url), 'utf8')) as {
  readonly steps: readonly (readonly number[])[];
};

it('follows the recorded trajectory of the paper’s product', async () => {
  const { theta0, grads } = oracle;
  const trajectory = await replay(nadam({ lr: 0.01 }), { theta0, grads, precision: 'f64' });
  expect(trajectory.length).toBe(steps.length);
  trajectory.forEach((theta, step) => {
    theta.forEach((value, at) => expect(Math.abs(value - steps[step][at])).toBeLessThan(1e-9));
  });
});

it('defaults to the settings of torch.optim.NAdam', () => {
  expect(nadam().options).toEqual({
    lr: 2e-3,
    beta1: 0.9,
    beta2: 0.999,
    eps: 1e-8,
    weightDecay: 0,
    momentumDecay: 4e-3,
    product: 'paper',
  });
});

it('refuses numbers out of range, all at once', () => {
  const wrong = { lr: -1, beta1: 1, beta2: -0.1, eps: -1, weightDecay: -1, momentumDecay: -1, product: 'both' };
  expect(() => nadam(wrong as unknown as Parameters<typeof nadam>[0])).toThrow(
    expect.objectContaining({
      code: 'nadam.options',
      message:
        `nadam: expected options in range, received ${JSON.stringify(wrong)}; lr must be at least 0, not -1; ` +
        'beta1 must be in [0, 1), not 1; beta2 must be in [0, 1), not -0.1; eps must be at least 0, not -1; ' +
        'weightDecay must be at least 0, not -1; momentumDecay must be at least 0, not -1; ' +
        'product must be one of paper, torch1, not both. [nadam.options]',
    }),
  );
});
