import { testOptimizer, type OptimizerOracle } from '@netwright/testing';
import { expect, it } from 'vitest';
import { sgd } from '../src/index.ts';
import { readRecorded } from '../../../tools/workspace/read-recorded.ts';

const oracle = readRecorded<OptimizerOracle>('optimizers.json');

testOptimizer(sgd, {
  golden: {
    oracle,
    runs: [
      { run: 'sgd', options: { lr: 0.05 } },
      { run: 'sgd_weight_decay', options: { lr: 0.05, weightDecay: 0.01 } },
    ],
  },
  settings: [{ weightDecay: 0.01 }],
});

it('has no state', () => {
  expect(sgd().state).toEqual({});
});

it('refuses negative numbers, all at once', () => {
  expect(() => sgd({ lr: -1, weightDecay: -2 })).toThrow(
    expect.objectContaining({
      code: 'sgd.options',
      message:
        'sgd: expected options in range, received {"lr":-1,"weightDecay":-2}; lr must be at least 0, not -1; weightDecay must be at least 0, not -2. [sgd.options]',
    }),
  );
});
