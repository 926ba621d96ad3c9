import { replay, testOptimizer, type OptimizerOracle } from '@netwright/testing';
import { expect, it } from 'vitest';
import { adam } from '../src/index.ts';
import { readRecorded } from '../../../tools/workspace/read-recorded.ts';

const oracle = readRecorded<OptimizerOracle>('optimizers.json');

testOptimizer(adam, {
  golden: {
    oracle,
    runs: [
      { run: 'adam', options: { lr: 0.01 } },
      { run: 'adam_weight_decay_l2', options: { lr: 0.01, weightDecay: 0.01 } },
      { run: 'adam_amsgrad', options: { lr: 0.01, amsgrad: true } },
      { run: 'adam_eps_inside_sqrt', options: { lr: 0.01, eps: 1e-3, epsPlacement: 'inside' } },
      { run: 'adam_eps_inside_sqrt_1e-8', options: { lr: 0.01, epsPlacement: 'inside' } },
      // Before the correction, eps is the other one's times the correction: Kingma and Ba, end of section 2.
      {
        run: 'adam',
        options: { lr: 0.01, epsPlacement: 'hat' },
        hyperAt: (step) => ({ eps: 1e-8 * Math.sqrt(1 - 0.999 ** (step + 1)) }),
      },
    ],
    functions: [
      {
        of: 'rosenbrock',
        run: 'adam_eps_inside_sqrt',
        options: { lr: 0.05, epsPlacement: 'inside' },
        tolerance: { f64: 1e-12, f32: 1e-4 },
      },
    ],
  },
  quadratic: { lr: 0.1 },
  settings: [{ amsgrad: true }, { epsPlacement: 'inside' }, { epsPlacement: 'hat' }, { weightDecay: 0.01 }],
});

it.each(['outside', 'inside', 'hat'] as const)(
  'steps by the learning rate while the gradient stays, eps %s',
  async (epsPlacement) => {
    const gradient = [1e-3, -20, 0.5, -1e-5];
    const theta0 = [0, 0, 0, 0];
    const grads = Array.from({ length: 12 }, () => gradient);
    const optimizer = adam({ lr: 0.25, eps: 1e-20, epsPlacement });
    const trajectory = await replay(optimizer, { theta0, grads, precision: 'f64' });
    trajectory.forEach((theta, step) => {
      theta.forEach((value, at) => expect(value).toBeCloseTo(-0.25 * (step + 1) * Math.sign(gradient[at]), 8));
    });
  },
);

it('defaults to the settings of torch.optim.Adam', () => {
  expect(adam().options).toEqual({
    lr: 1e-3,
    beta1: 0.9,
    beta2: 0.999,
    eps: 1e-8,
    epsPlacement: 'outside',
    weightDecay: 0,
    amsgrad: false,
  });
});

it('refuses options out of range, all at once', () => {
  const wrong = { lr: -1, beta1: 1, beta2: -0.1, eps: -1, epsPlacement: 'middle', weightDecay: -1, amsgrad: false };
  expect(() => adam(wrong as unknown as Parameters<typeof adam>[0])).toThrow(
    expect.objectContaining({
      code: 'adam.options',
      message:
        `adam: expected options in range, received ${JSON.stringify(wrong)}; lr must be at least 0, not -1; ` +
        'beta1 must be in [0, 1), not 1; beta2 must be in [0, 1), not -0.1; eps must be at least 0, not -1; ' +
        'epsPlacement must be one of outside, inside, hat, not middle; weightDecay must be at least 0, not -1. [adam.options]',
    }),
  );
});
