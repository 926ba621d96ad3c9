import { testOptimizer, type OptimizerOracle } from '@netwright/testing';
import { expect, it } from 'vitest';
import { adagrad } from '../src/index.ts';
import { readRecorded } from '../../../tools/workspace/read-recorded.ts';

const oracle = readRecorded<OptimizerOracle>('optimizers.json');

testOptimizer(adagrad, {
  golden: {
    oracle,
    runs: [
      { run: 'adagrad', options: { lr: 0.1 } },
      { run: 'adagrad_lr_decay', options: { lr: 0.1, lrDecay: 0.1, initialAccumulator: 0.1 } },
      { run: 'adagrad_eps_inside_sqrt', options: { lr: 0.1, eps: 1e-3, epsPlacement: 'inside' } },
    ],
  },
  quadratic: { lr: 1 },
  settings: [{ epsPlacement: 'inside' }, { initialAccumulator: 0.1 }],
});

it('defaults to the settings of torch.optim.Adagrad', () => {
  expect(adagrad().options).toEqual({
    lr: 1e-2,
    lrDecay: 0,
    eps: 1e-10,
    epsPlacement: 'outside',
    initialAccumulator: 0,
    weightDecay: 0,
  });
});

it('refuses options out of range, all at once', () => {
  const wrong = { lr: -1, lrDecay: -1, eps: -1, initialAccumulator: -1, weightDecay: -1, epsPlacement: 'middle' };
  expect(() => adagrad(wrong as unknown as Parameters<typeof adagrad>[0])).toThrow(
    expect.objectContaining({
      code: 'adagrad.options',
      message:
        `adagrad: expected options in range, received ${JSON.stringify(wrong)}; lr must be at least 0, not -1; ` +
        'lrDecay must be at least 0, not -1; eps must be at least 0, not -1; epsPlacement must be one of outside, inside, not middle; ' +
        'initialAccumulator must be at least 0, not -1; weightDecay must be at least 0, not -1. [adagrad.options]',
    }),
  );
});
