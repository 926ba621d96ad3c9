import { testOptimizer, type OptimizerOracle } from '@netwright/testing';
import { expect, it } from 'vitest';
import { adamax } from '../src/index.ts';
import { readRecorded } from '../../../tools/workspace/read-recorded.ts';

const oracle = readRecorded<OptimizerOracle>('optimizers.json');

testOptimizer(adamax, {
  golden: { oracle, runs: [{ run: 'adamax', options: { lr: 0.01 } }] },
  quadratic: { lr: 0.1 },
  settings: [{ weightDecay: 0.01 }],
});

it('defaults to the settings of torch.optim.Adamax', () => {
  expect(adamax().options).toEqual({ lr: 2e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0 });
});

it('refuses numbers out of range, all at once', () => {
  expect(() => adamax({ lr: -1, beta1: 1, beta2: -0.1, eps: -1, weightDecay: -1 })).toThrow(
    expect.objectContaining({
      code: 'adamax.options',
      message:
        'adamax: expected options in range, received {"lr":-1,"beta1":1,"beta2":-0.1,"eps":-1,"weightDecay":-1}; ' +
        'lr must be at least 0, not -1; beta1 must be in [0, 1), not 1; beta2 must be in [0, 1), not -0.1; ' +
        'eps must be at least 0, not -1; weightDecay must be at least 0, not -1. [adamax.options]',
    }),
  );
});
