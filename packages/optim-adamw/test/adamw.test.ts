import { readFileSync } from 'node:fs';
import { testOptimizer, type OptimizerOracle } from '@netwright/testing';
import { expect, it } from 'vitest';
import { adamw } from '../src/index.ts';

const oracle = JSON.parse(
  readFileSync(new URL('../../../tools/oracle/data/optimizers.json', import.meta.url), 'utf8'),
) as OptimizerOracle;

testOptimizer(adamw, {
  golden: {
    oracle,
    runs: [
      { run: 'adamw', options: { lr: 0.01, weightDecay: 0.05 } },
      { run: 'adamw_decay_eta_lambda_eps_outside_sqrt', options: { lr: 0.01, weightDecay: 0.05 } },
      { run: 'adam', options: { lr: 0.01, weightDecay: 0 } },
      { run: 'adam_amsgrad', options: { lr: 0.01, weightDecay: 0, amsgrad: true } },
    ],
  },
  settings: [{ amsgrad: true }],
});

it('defaults to the settings of torch.optim.AdamW', () => {
  expect(adamw().options).toEqual({ lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 1e-2, amsgrad: false });
});

it('refuses numbers out of range, all at once', () => {
  expect(() => adamw({ lr: -1, beta1: 1.1, beta2: -0.1, eps: -1, weightDecay: -1 })).toThrow(
    expect.objectContaining({
      code: 'adamw.options',
      message:
        'adamw: expected options in range, received {"lr":-1,"beta1":1.1,"beta2":-0.1,"eps":-1,"weightDecay":-1,"amsgrad":false}; ' +
        'lr must be at least 0, not -1; beta1 must be in [0, 1], not 1.1; beta2 must be in [0, 1], not -0.1; ' +
        'eps must be at least 0, not -1; weightDecay must be at least 0, not -1. [adamw.options]',
    }),
  );
});
