import { testOptimizer, type OptimizerOracle } from '@netwright/testing';
import { expect, it } from 'vitest';
import { adadelta } from '../src/index.ts';
import { readRecorded } from '../../../tools/workspace/read-recorded.ts';

const oracle = readRecorded<OptimizerOracle>('optimizers.json');

testOptimizer(adadelta, {
  golden: { oracle, runs: [{ run: 'adadelta', options: {} }] },
  quadratic: { lr: 1, eps: 1e-2 },
  settings: [{ weightDecay: 0.01 }],
});

it('defaults to the settings of torch.optim.Adadelta', () => {
  expect(adadelta().options).toEqual({ lr: 1, rho: 0.9, eps: 1e-6, weightDecay: 0 });
});

it('refuses numbers out of range, all at once', () => {
  expect(() => adadelta({ lr: -1, rho: 1, eps: 0, weightDecay: -1 })).toThrow(
    expect.objectContaining({
      code: 'adadelta.options',
      message:
        'adadelta: expected options in range, received {"lr":-1,"rho":1,"eps":0,"weightDecay":-1}; lr must be at least 0, not -1; ' +
        'rho must be in [0, 1), not 1; eps must be above 0, not 0; weightDecay must be at least 0, not -1. [adadelta.options]',
    }),
  );
});
