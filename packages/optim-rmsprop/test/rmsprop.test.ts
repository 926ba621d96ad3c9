import { replay, testOptimizer, type OptimizerOracle } from '@netwright/testing';
import { expect, it } from 'vitest';
import { rmsprop } from '../src/index.ts';
import { readRecorded } from '../../../tools/workspace/read-recorded.ts';

const oracle = readRecorded<OptimizerOracle>('optimizers.json');

testOptimizer(rmsprop, {
  golden: {
    oracle,
    runs: [
      { run: 'rmsprop_alpha0.9', options: { lr: 0.01, alpha: 0.9 } },
      { run: 'rmsprop_alpha0.99', options: { lr: 0.01 } },
      { run: 'rmsprop_centered', options: { lr: 0.01, centered: true } },
      { run: 'rmsprop_momentum', options: { lr: 0.01, momentum: 0.9 } },
      { run: 'rmsprop_momentum', options: { lr: 0.01, momentum: 0.9, lrInside: true } },
      {
        run: 'rmsprop_momentum_centered_decay',
        options: { lr: 0.01, momentum: 0.9, centered: true, weightDecay: 0.01 },
      },
      { run: 'rmsprop_eps_inside_sqrt', options: { lr: 0.01, alpha: 0.9, eps: 1e-3, epsPlacement: 'inside' } },
    ],
  },
  settings: [
    { centered: true },
    { momentum: 0.5 },
    { momentum: 0.5, lrInside: true, epsPlacement: 'inside', initialAccumulator: 1 },
  ],
});

it('defaults to the settings of torch.optim.RMSprop', () => {
  expect(rmsprop().options).toEqual({
    lr: 1e-2,
    alpha: 0.99,
    eps: 1e-8,
    epsPlacement: 'outside',
    momentum: 0,
    centered: false,
    lrInside: false,
    initialAccumulator: 0,
    weightDecay: 0,
  });
});

it('stays finite, centered, where rounding takes the variance below 0', async () => {
  const grads = Array.from({ length: 50 }, () => [1.1, 1e-3, 3.3]);
  const trajectory = await replay(rmsprop({ lr: 1e-6, alpha: 0.3, centered: true, eps: 1e-3 }), {
    theta0: [0, 0, 0],
    grads,
    precision: 'f32',
  });
  for (const theta of trajectory) for (const value of theta) expect(Number.isFinite(value)).toBe(true);
});

it('refuses options out of range, all at once', () => {
  const wrong = {
    lr: -1,
    alpha: 1,
    eps: -1,
    momentum: 0,
    initialAccumulator: -1,
    weightDecay: -1,
    epsPlacement: 'middle',
    centered: false,
    lrInside: true,
  };
  expect(() => rmsprop(wrong as unknown as Parameters<typeof rmsprop>[0])).toThrow(
    expect.objectContaining({
      code: 'rmsprop.options',
      message:
        `rmsprop: expected options in range, received ${JSON.stringify(wrong)}; lr must be at least 0, not -1; ` +
        'alpha must be in [0, 1), not 1; eps must be at least 0, not -1; initialAccumulator must be at least 0, not -1; ' +
        'weightDecay must be at least 0, not -1; epsPlacement must be one of outside, inside, not middle; ' +
        'lrInside has no meaning without momentum. [rmsprop.options]',
    }),
  );
});
