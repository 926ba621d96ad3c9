// Every schedule against PyTorch's schedulers, and what they share.

import { describe, expect, it } from 'vitest';
import {
  constantLr,
  cosine,
  cosineWarmRestarts,
  cyclic,
  each,
  exponentialLr,
  lambdaLr,
  multiStepLr,
  oneCycle,
  polynomialLr,
  reduceOnPlateau,
  stepLr,
  warmup,
  type Schedule,
} from '../src/index.ts';
import { readRecorded } from '../../../tools/workspace/read-recorded.ts';

interface RecordedSchedule {
  readonly name: string;
  readonly base_lr: number;
  readonly lr: readonly number[];
  readonly momentum?: readonly number[];
  readonly metric?: readonly number[];
}

const { schedules: recorded } = readRecorded<{ readonly schedules: readonly RecordedSchedule[] }>('optimizers.json');

/** The schedules that were recorded, with the options that they were recorded with; time is in steps. */
const SCHEDULES: Readonly<Record<string, Schedule>> = {
  step: stepLr({ stepSize: 7, gamma: 0.1, unit: 'step' }),
  multistep: multiStepLr({ milestones: [5, 12, 30], gamma: 0.1, unit: 'step' }),
  exponential: exponentialLr({ gamma: 0.9, unit: 'step' }),
  cosine_annealing: cosine({ iterations: 30, minLr: 0.001 }),
  cosine_warm_restarts: cosineWarmRestarts({ period: 8, minLr: 0.001, unit: 'step' }),
  cosine_warm_restarts_mult2: cosineWarmRestarts({ period: 8, multiplier: 2, minLr: 0.001, unit: 'step' }),
  linear_warmup: warmup({ steps: 5, startFactor: 0.1 }, constantLr()),
  constant_factor: constantLr({ factor: 0.1, iterations: 5, unit: 'step' }),
  polynomial: polynomialLr({ iterations: 30, power: 2, unit: 'step' }),
  warmup_then_cosine: warmup({ steps: 5, startFactor: 0.1 }, cosine({ minLr: 0.001 })),
  inverse_sqrt_lambda: lambdaLr((t) => 1 / Math.sqrt(t + 1)),
  one_over_t_lambda: lambdaLr((t) => 1 / (1 + 0.05 * t)),
  one_cycle_cos: oneCycle({ maxLr: 0.5 }),
  one_cycle_linear: oneCycle({ maxLr: 0.5, anneal: 'linear' }),
  cyclic_triangular2: cyclic({ maxLr: 0.5, stepSizeUp: 7, mode: 'triangular2' }),
  reduce_on_plateau: reduceOnPlateau({ factor: 0.5, patience: 2, cooldown: 1, minLr: 0.01 }),
};

const TOTAL_STEPS = 40;

/** Hyper-parameters of every step, with one metric reported after each where there are metrics. */
function simulate(
  schedule: Schedule,
  count: number,
  base: Readonly<Record<string, number>>,
  metrics: readonly number[] = [],
) {
  let state = schedule.initial;
  return Array.from({ length: count }, (_, step) => {
    const hyper = schedule.at({ step, stepsPerEpoch: 4, totalSteps: TOTAL_STEPS }, base, state);
    if (metrics.length > 0) state = schedule.observe?.(state, metrics[step], base) ?? state;
    return hyper;
  });
}

function expectNear(received: readonly number[], expected: readonly number[]) {
  expect(received.length).toBe(expected.length);
  const errors = received.map((value, step) => Math.abs(value - expected[step]));
  expect(Math.max(...errors)).toBeLessThan(1e-12);
}

describe('recorded schedules', () => {
  it('are all tested', () => {
    expect(Object.keys(SCHEDULES).sort()).toEqual(recorded.map(({ name }) => name).sort());
  });

  it.each(recorded)('$name', ({ name, base_lr, lr, momentum, metric }) => {
    const hyper = simulate(SCHEDULES[name], lr.length, { lr: base_lr, momentum: 0.9 }, metric);
    expectNear(
      hyper.map((values) => values.lr),
      lr,
    );
    if (momentum === undefined) expect(hyper.every((values) => !Object.hasOwn(values, 'momentum'))).toBe(true);
    else
      expectNear(
        hyper.map((values) => values.momentum),
        momentum,
      );
  });
});

describe('the learning rate', () => {
  it.each<[string, (lr?: number) => Schedule]>([
    ['constantLr', (lr) => constantLr({ lr })],
    ['stepLr', (lr) => stepLr({ lr, stepSize: 2 })],
    ['multiStepLr', (lr) => multiStepLr({ lr, milestones: [1, 3] })],
    ['exponentialLr', (lr) => exponentialLr({ lr, gamma: 0.5 })],
    ['polynomialLr', (lr) => polynomialLr({ lr })],
    ['cosine', (lr) => cosine({ lr })],
    ['cosineWarmRestarts', (lr) => cosineWarmRestarts({ lr, period: 3 })],
    ['lambdaLr', (lr) => lambdaLr((t) => 1 / (t + 1), { lr })],
    ['reduceOnPlateau', (lr) => reduceOnPlateau({ lr })],
    ['cyclic', (lr) => cyclic({ lr, maxLr: 1, stepSizeUp: 5 })],
    ['warmup', (lr) => warmup({ steps: 4 }, cosine({ lr }))],
  ])('of %s is its own where it has one, and the optimizer’s otherwise', (_, make) => {
    const own = simulate(make(0.3), 12, { lr: 7 });
    expect(own).toEqual(simulate(make(0.3), 12, { lr: 0.3 }));
    expect(own).toEqual(simulate(make(), 12, { lr: 0.3 }));
    expect(own).not.toEqual(simulate(make(), 12, { lr: 7 }));
  });

  it('counts epochs unless told otherwise, where PyTorch’s schedulers are called once an epoch', () => {
    const byEpoch = simulate(stepLr({ stepSize: 2 }), 20, { lr: 1 }).map(({ lr }) => lr);
    const bySteps = simulate(stepLr({ stepSize: 8, unit: 'step' }), 20, { lr: 1 }).map(({ lr }) => lr);
    expect(byEpoch).toEqual(bySteps);
    expect(new Set(byEpoch).size).toBe(3);
  });

  it('of cosine spans the whole run when no length is given', () => {
    expect(simulate(cosine(), TOTAL_STEPS + 1, { lr: 2 }).map(({ lr }) => lr)).toEqual(
      simulate(cosine({ iterations: TOTAL_STEPS }), TOTAL_STEPS + 1, { lr: 2 }).map(({ lr }) => lr),
    );
    expect(simulate(cosine(), TOTAL_STEPS + 1, { lr: 2 }).at(-1)?.lr).toBe(0);
  });
});

describe('each', () => {
  const base = { lr: 0.2, momentum: 0.9, weightDecay: 0.1 };

  it('gives every hyper-parameter a schedule of its own', () => {
    const schedule = each({
      lr: cosine(),
      momentum: polynomialLr({ unit: 'step' }),
      weightDecay: constantLr({ lr: 0.3 }),
    });
    const alone = (one: Schedule, lr: number) => simulate(one, 12, { lr }).map((hyper) => hyper.lr);
    const hyper = simulate(schedule, 12, base);
    expect(hyper.map(({ lr }) => lr)).toEqual(alone(cosine(), 0.2));
    expect(hyper.map(({ momentum }) => momentum)).toEqual(alone(polynomialLr({ unit: 'step' }), 0.9));
    expect(hyper.map(({ weightDecay }) => weightDecay)).toEqual(alone(constantLr(), 0.3));
  });

  it('keeps the states of schedules that react apart', () => {
    const schedule = each({
      lr: reduceOnPlateau({ patience: 0, factor: 0.5 }),
      momentum: reduceOnPlateau({ patience: 1, factor: 0.1 }),
    });
    const hyper = simulate(schedule, 6, base, [1, 1, 1, 1, 1, 1]);
    const alone = (one: Schedule, lr: number) =>
      simulate(one, 6, { lr }, [1, 1, 1, 1, 1, 1]).map((values) => values.lr);
    expect(hyper.map(({ lr }) => lr)).toEqual(alone(reduceOnPlateau({ patience: 0, factor: 0.5 }), 0.2));
    expect(hyper.map(({ momentum }) => momentum)).toEqual(alone(reduceOnPlateau({ patience: 1, factor: 0.1 }), 0.9));
  });

  it('refuses what the optimizer does not have', () => {
    expect(() => simulate(each({ lr: cosine(), momentum: cosine() }), 1, { lr: 1 })).toThrow(
      expect.objectContaining({
        message:
          'each: expected hyper-parameters among lr, received momentum. Hint: schedule what the optimizer has [each.hyper]',
      }),
    );
  });

  it('says what it was made with', () => {
    expect(each({ lr: stepLr({ stepSize: 3 }) }).options).toEqual({ lr: ['step', { stepSize: 3 }] });
    expect(warmup({ steps: 5 }, cosine({ minLr: 0.1 })).options).toEqual({
      steps: 5,
      startFactor: 1 / 3,
      then: { minLr: 0.1, unit: 'step' },
    });
  });
});

describe('options that make no sense', () => {
  it.each<[string, () => Schedule, string]>([
    ['constantLr', () => constantLr({ factor: -1 }), 'factor must be at least 0, not -1'],
    ['stepLr', () => stepLr({ stepSize: 0 }), 'stepSize must be at least 1, not 0'],
    ['multiStepLr', () => multiStepLr({ milestones: [-1, 2] }), 'milestones must be numbers and not negative'],
    ['exponentialLr', () => exponentialLr({ gamma: -1 }), 'gamma must be at least 0, not -1'],
    ['polynomialLr', () => polynomialLr({ iterations: 0 }), 'iterations must be above 0, not 0'],
    ['cosine', () => cosine({ minLr: -1 }), 'minLr must be at least 0, not -1'],
    ['cosineWarmRestarts', () => cosineWarmRestarts({ period: 0 }), 'period must be at least 1, not 0'],
    ['warmup', () => warmup({ steps: 0 }, cosine()), 'steps must be above 0, not 0'],
    [
      'oneCycle',
      () => oneCycle({ maxLr: 1, momentum: [0.9, 0.8] }),
      'momentum must be two numbers in [0, 1), the smaller first',
    ],
    ['cyclic', () => cyclic({ maxLr: 1, stepSizeUp: 0 }), 'stepSizeUp must be at least 1, not 0'],
    ['reduceOnPlateau', () => reduceOnPlateau({ factor: 1 }), 'factor must be in [0, 1), not 1'],
  ])('of %s are refused', (name, make, reason) => {
    expect(make).toThrow(expect.objectContaining({ code: `${name}.options` }));
    expect(make).toThrow(reason);
  });
});

describe('warmup', () => {
  it('takes a share of the run as its length', () => {
    const share = simulate(warmup({ steps: 0.1 }, cosine()), TOTAL_STEPS, { lr: 1 });
    expect(share).toEqual(simulate(warmup({ steps: 4 }, cosine()), TOTAL_STEPS, { lr: 1 }));
  });

  it('passes metrics on to the schedule that follows', () => {
    const schedule = warmup({ steps: 2 }, reduceOnPlateau({ patience: 0, factor: 0.5 }));
    const rates = simulate(schedule, 6, { lr: 1 }, [1, 1, 1, 1, 1, 1]).map(({ lr }) => lr);
    expect(rates.slice(2)).toEqual([0.5, 0.25, 0.125, 0.0625]);
    expect(warmup({ steps: 2 }, cosine()).observe).toBeUndefined();
  });
});

describe('oneCycle', () => {
  it('leaves momentum alone on request, and for optimizers without', () => {
    for (const hyper of simulate(oneCycle({ maxLr: 1, momentum: null }), 40, { lr: 1, momentum: 0.9 }))
      expect(Object.keys(hyper)).toEqual(['lr']);
    for (const hyper of simulate(oneCycle({ maxLr: 1 }), 40, { lr: 1 })) expect(Object.keys(hyper)).toEqual(['lr']);
  });

  it('cycles the momentum of Adam, and none that is 0', () => {
    const [adam] = simulate(oneCycle({ maxLr: 1 }), 1, { lr: 1, beta1: 0.9, beta2: 0.999 });
    expect(Object.keys(adam)).toEqual(['lr', 'beta1']);
    expect(adam.beta1).toBeCloseTo(0.95, 12);
    const [still] = simulate(oneCycle({ maxLr: 1 }), 1, { lr: 1, momentum: 0 });
    expect(Object.keys(still)).toEqual(['lr']);
  });

  it('is finite for runs of any length', () => {
    for (const totalSteps of [1, 2, 3, 4, 10]) {
      for (let step = 0; step < totalSteps; step++) {
        const hyper = oneCycle({ maxLr: 1 }).at({ step, stepsPerEpoch: 1, totalSteps }, { lr: 1, momentum: 0.9 }, {});
        for (const value of Object.values(hyper)) expect(value, `step ${step} of ${totalSteps}`).toBeGreaterThan(0);
        expect(hyper.lr).toBeLessThanOrEqual(1);
      }
    }
  });
});

describe('reduceOnPlateau', () => {
  const run = (options: Parameters<typeof reduceOnPlateau>[0], metrics: readonly number[]) =>
    simulate(reduceOnPlateau({ patience: 1, factor: 0.5, ...options }), metrics.length, { lr: 1 }, metrics).map(
      ({ lr }) => lr,
    );

  it('looks for larger metrics in mode max', () => {
    expect(run({ mode: 'max' }, [1, 2, 3, 4, 5])).toEqual([1, 1, 1, 1, 1]);
    expect(run({ mode: 'max' }, [5, 4, 3, 2, 1])).toEqual([1, 1, 1, 0.5, 0.5]);
    expect(run({ mode: 'min' }, [5, 4, 3, 2, 1])).toEqual([1, 1, 1, 1, 1]);
  });

  it('counts improvements beyond an absolute or relative threshold', () => {
    expect(run({ threshold: 0.5, thresholdMode: 'abs' }, [10, 9.8, 9.6, 9.4])).toEqual([1, 1, 1, 0.5]);
    expect(run({ threshold: 0.01, thresholdMode: 'rel' }, [10, 9.8, 9.6, 9.4])).toEqual([1, 1, 1, 1]);
  });

  it('takes negative metrics as PyTorch does: a relative margin is a share of the best', () => {
    expect(run({ threshold: 0.1 }, [-1, -1.05, -1.06, -1.07])).toEqual([1, 1, 1, 1]);
  });

  it('keeps to the least rate', () => {
    expect(run({ patience: 0, minLr: 0.2 }, [1, 1, 1, 1, 1, 1])).toEqual([1, 1, 0.5, 0.25, 0.2, 0.2]);
  });
});
