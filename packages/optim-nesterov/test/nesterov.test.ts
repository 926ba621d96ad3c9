import { minimizeFunction, testOptimizer, type OptimizerOracle } from '@netwright/testing';
import { expect, it } from 'vitest';
import { nesterov } from '../src/index.ts';
import { readRecorded } from '../../../tools/workspace/read-recorded.ts';

const oracle = readRecorded<OptimizerOracle>('optimizers.json');

const options = { lr: 0.05, momentum: 0.9 };
const onQuadratic = { lr: 0.08, momentum: 0.9 };
const tolerance = { f64: 1e-12, f32: 1e-5 };

testOptimizer(nesterov, {
  golden: {
    oracle,
    runs: [
      { run: 'nesterov', options },
      { run: 'nesterov', options: { ...options, lrInside: true } },
      { run: 'nesterov_rewritten', options },
      { run: 'nesterov_rewritten', options: { ...options, lrInside: true } },
      { run: 'nesterov_weight_decay', options: { ...options, weightDecay: 0.01 } },
      { run: 'nesterov_weight_decay', options: { ...options, weightDecay: 0.01, lrInside: true } },
      // With gradients that do not depend on the parameters, looking ahead changes nothing: heavy ball, the learning rate inside.
      {
        run: 'momentum_lr_inside_lr_drop',
        options: { ...options, lookAhead: true },
        hyperAt: (step) => ({ lr: step < 8 ? 0.05 : 0.05 * 0.1 }),
      },
    ],
    functions: [
      { of: 'quadratic', run: 'nesterov_torch', options: onQuadratic, tolerance },
      { of: 'quadratic', run: 'nesterov_torch', options: { ...onQuadratic, lrInside: true }, tolerance },
      { of: 'quadratic', run: 'nesterov_lookahead', options: { ...onQuadratic, lookAhead: true }, tolerance },
      {
        of: 'rosenbrock',
        run: 'nesterov_lookahead',
        options: { lr: 0.0005, momentum: 0.9, lookAhead: true },
        tolerance: { f64: 1e-12, f32: 1e-4 },
      },
    ],
  },
  settings: [{ lrInside: true }, { lookAhead: true }, { weightDecay: 0.01 }],
});

it('looks from the same points in both forms: the rewritten form moves along theta + mu v, weight decay included', async () => {
  const { functions } = oracle;
  if (functions === undefined) throw new RangeError('the oracle has no functions');
  const { x0: start } = functions.quadratic;
  const run = { start, steps: 12, precision: 'f64' } as const;
  const setting = { lr: 0.02, momentum: 0.8, weightDecay: 0.3 };
  const rewritten = await minimizeFunction(nesterov(setting), functions, 'quadratic', run);
  const ahead = await minimizeFunction(nesterov({ ...setting, lookAhead: true }), functions, 'quadratic', run);
  ahead.forEach((theta, step) => {
    const previous = step === 0 ? start : ahead[step - 1];
    theta.forEach((value, at) => expect(rewritten[step][at]).toBeCloseTo(value + 0.8 * (value - previous[at]), 12));
  });
});

it('refuses numbers out of range, all at once', () => {
  expect(() => nesterov({ lr: -1, momentum: 0, weightDecay: -1 })).toThrow(
    expect.objectContaining({
      code: 'nesterov.options',
      message:
        'nesterov: expected options in range, received {"lr":-1,"momentum":0,"weightDecay":-1,"lrInside":false,"lookAhead":false}; ' +
        'lr must be at least 0, not -1; momentum must be above 0, not 0; weightDecay must be at least 0, not -1. [nesterov.options]',
    }),
  );
});
