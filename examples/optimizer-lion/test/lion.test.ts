import { readFileSync } from 'node:fs';
import { testOptimizer, type OptimizerOracle } from '@netwright/testing';
import { expect, it } from 'vitest';
import { inverseSquareRoot, lion, recordLearningRates } from '../src/index.ts';

const oracle = JSON.parse(readFileSync(new URL('golden.json', import.meta.url), 'utf8')) as OptimizerOracle;

testOptimizer(lion, {
  golden: {
    oracle,
    runs: [
      { run: 'lion', options: { lr: 0.01 } },
      { run: 'lion_betas', options: { lr: 0.02, beta1: 0.8, beta2: 0.95 } },
      { run: 'lion_weight_decay', options: { lr: 0.01, weightDecay: 0.1 } },
    ],
  },
  quadratic: { lr: 0.1 },
  settings: [{ weightDecay: 0.01 }],
});

it('has a schedule that rises and falls', () => {
  const { at, initial } = inverseSquareRoot({ warmup: 4 });
  const lrAt = (step: number): number => at({ step, stepsPerEpoch: 100, totalSteps: 100 }, { lr: 0.5 }, initial).lr;
  expect([0, 1, 3, 15].map(lrAt)).toEqual([0.125, 0.25, 0.5, 0.25]);
});

it('has a listener that keeps the rate of every step', async () => {
  const { listener, rates } = recordLearningRates();
  const step = { kind: 'step', epoch: 0, loss: 1, metrics: {}, gradientNorm: 1, samples: 8 } as const;
  for (const learningRate of [0.1, 0.2])
    await listener({ ...step, step: 1, learningRate, milliseconds: 1, secondsLeft: 1 });
  await listener({ kind: 'evaluate', split: 'test', done: 1, total: 1 });
  expect(rates).toEqual([0.1, 0.2]);
});
