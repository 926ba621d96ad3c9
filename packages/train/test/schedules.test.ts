// What a schedule says reaches the update: the momentum too.

import { expect, it } from 'vitest';
import { constantLr, each, oneCycle, stepLr, type Schedule } from '@netwright/optim';
import { messageOf } from './error.ts';
import { descent, momentum, plain, trainSmall } from './small-runs.ts';

type Parameters = Readonly<Record<string, unknown>>;

/** Weights and statistics after two epochs. */
async function after(schedule: Schedule, optimizer = momentum({ momentum: 0.8 })): Promise<Parameters> {
  const { entries } = await trainSmall({ schedule, optimizer });
  return plain(new Map([...entries].filter(([name]) => !name.startsWith('optimizer/'))));
}

it('a momentum of 0 by schedule is gradient descent', async () => {
  const schedule = each({ lr: stepLr({ stepSize: 1, gamma: 0.5 }), momentum: constantLr({ lr: 0 }) });
  expect(await after(schedule)).toEqual(await after(stepLr({ stepSize: 1, gamma: 0.5 }), descent()));
});

it('one cycle moves the momentum', async () => {
  const cycled = await after(oneCycle({ maxLr: 0.2 }));
  expect(cycled).not.toEqual(await after(oneCycle({ maxLr: 0.2, momentum: null })));
  expect(await after(oneCycle({ maxLr: 0.2, momentum: [0.8, 0.8] }))).toEqual(
    await after(oneCycle({ maxLr: 0.2, momentum: null })),
  );
});

it('a schedule for what the optimizer does not have is refused', async () => {
  const schedule = each({ momentum: constantLr() });
  expect(await messageOf(() => trainSmall({ schedule, optimizer: descent() }))).toContain('[each.hyper]');
});
