import { testOptimizer, type OptimizerOracle } from '@netwright/testing';
import { expect, it } from 'vitest';
import { adamw } from '../src/index.ts';
import { readRecorded } from '../../../tools/workspace/read-recorded.ts';

const oracle = readRecorded<OptimizerOracle>('optimizers.json');

const inside = { lr: 0.01, eps: 1e-3, epsPlacement: 'inside' } as const;

testOptimizer(adamw, {
  golden: {
    oracle,
    runs: [
      { run: 'adamw', options: { lr: 0.01, weightDecay: 0.05 } },
      { run: 'adamw_decay_eta_lambda_eps_outside_sqrt', options: { lr: 0.01, weightDecay: 0.05 } },
      { run: 'adamw_decay_eta_lambda_eps_inside_sqrt', options: { ...inside, weightDecay: 0.05 } },
      { run: 'adamw_decay_lambda_eps_outside_sqrt', options: { lr: 0.01, weightDecay: 0.002, decay: 'absolute' } },
      { run: 'adamw_decay_lambda_eps_inside_sqrt', options: { ...inside, weightDecay: 0.002, decay: 'absolute' } },
      { run: 'adam', options: { lr: 0.01, weightDecay: 0 } },
      { run: 'adam_amsgrad', options: { lr: 0.01, weightDecay: 0, amsgrad: true } },
      {
        run: 'adamw',
        options: { lr: 0.01, weightDecay: 0.05, epsPlacement: 'hat' },
        hyperAt: (step) => ({ eps: 1e-8 * Math.sqrt(1 - 0.999 ** (step + 1)) }),
      },
    ],
  },
  settings: [{ amsgrad: true }, { epsPlacement: 'inside' }, { epsPlacement: 'hat' }, { decay: 'absolute' }],
});

it('defaults to the settings of torch.optim.AdamW', () => {
  expect(adamw().options).toEqual({
    lr: 1e-3,
    beta1: 0.9,
    beta2: 0.999,
    eps: 1e-8,
    epsPlacement: 'outside',
    weightDecay: 1e-2,
    decay: 'scaled',
    amsgrad: false,
  });
});

it('refuses options out of range, all at once', () => {
  const wrong = {
    lr: -1,
    beta1: 1,
    beta2: -0.1,
    eps: -1,
    weightDecay: -1,
    epsPlacement: 'middle',
    decay: 'l2',
    amsgrad: false,
  };
  expect(() => adamw(wrong as unknown as Parameters<typeof adamw>[0])).toThrow(
    expect.objectContaining({
      code: 'adamw.options',
      message:
        `adamw: expected options in range, received ${JSON.stringify(wrong)}; lr must be at least 0, not -1; ` +
        'beta1 must be in [0, 1), not 1; beta2 must be in [0, 1), not -0.1; eps must be at least 0, not -1; ' +
        'epsPlacement must be one of outside, inside, hat, not middle; weightDecay must be at least 0, not -1; ' +
        'decay must be one of scaled, absolute, not l2. [adamw.options]',
    }),
  );
});
