import { testOptimizer, type OptimizerOracle } from '@netwright/testing';
import { expect, it } from 'vitest';
import { momentum } from '../src/index.ts';
import { readRecorded } from '../../../tools/workspace/read-recorded.ts';

const oracle = readRecorded<OptimizerOracle>('optimizers.json');

/** The recorded runs divide the learning rate by 10 after 8 steps. */
const dropAfter8 = (step: number) => ({ lr: step < 8 ? 0.05 : 0.05 * 0.1 });

testOptimizer(momentum, {
  golden: {
    oracle,
    runs: [
      { run: 'momentum', options: { lr: 0.05, momentum: 0.9 } },
      { run: 'momentum', options: { lr: 0.05, momentum: 0.9, lrInside: true } },
      { run: 'momentum_dampening', options: { lr: 0.05, momentum: 0.9, dampening: 0.3 } },
      { run: 'momentum_weight_decay', options: { lr: 0.05, momentum: 0.9, weightDecay: 0.01 } },
      { run: 'momentum_weight_decay', options: { lr: 0.05, momentum: 0.9, weightDecay: 0.01, lrInside: true } },
      { run: 'momentum_lr_drop', options: { lr: 0.05, momentum: 0.9 }, hyperAt: dropAfter8 },
      { run: 'momentum_lr_inside_lr_drop', options: { lr: 0.05, momentum: 0.9, lrInside: true }, hyperAt: dropAfter8 },
      { run: 'sgd', options: { lr: 0.05, momentum: 0 } },
    ],
  },
  settings: [{ lrInside: true }, { dampening: 0.3 }, { weightDecay: 0.01 }],
});

it('refuses numbers out of range and dampening with lrInside, all at once', () => {
  expect(() => momentum({ lr: -1, momentum: 1.5, dampening: 0.5, weightDecay: -1, lrInside: true })).toThrow(
    expect.objectContaining({
      code: 'momentum.options',
      message:
        'momentum: expected options in range, received {"lr":-1,"momentum":1.5,"dampening":0.5,"weightDecay":-1,"lrInside":true}; ' +
        'lr must be at least 0, not -1; momentum must be in [0, 1], not 1.5; weightDecay must be at least 0, not -1; ' +
        'dampening is not defined with lrInside. [momentum.options]',
    }),
  );
});
