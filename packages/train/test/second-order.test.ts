// Optimizers that need the curvature of the loss.

import { cast, eq, iota, mul, sub, add } from '@netwright/ir';
import { conjugateGradient, defineOptimizer, solve } from '@netwright/optim';
import { describe, expect, it } from 'vitest';
import type { Trainer } from '../src/index.ts';
import { messageOf } from './error.ts';
import { batchOf, descent, plain, withTrainer } from './small-runs.ts';

/** Damped Newton with the Hessian of all parameters; `singular` takes the curvature away. */
const dampedNewton = defineOptimizer({
  name: 'dampedNewton',
  options: { lr: 1, damping: 1e-3, singular: false },
  needs: { curvature: 'hessian' },
  update({ param, grad, hessian, hyper: { lr, damping }, options: { singular } }) {
    const { builder, shape } = param;
    const unit = cast(eq(iota(builder, [...shape, ...shape], 0), iota(builder, [...shape, ...shape], 1)), 'f32');
    const matrix = singular ? mul(unit, 0) : add(hessian(), mul(unit, damping));
    return { param: sub(param, mul(solve(matrix, grad), lr)), state: {} };
  },
});

const truncatedNewton = defineOptimizer({
  name: 'truncatedNewton',
  options: { lr: 0.5, damping: 0.1 },
  needs: { curvature: 'hvp' },
  update({ param, grad, hvp, hyper: { lr, damping } }) {
    const product: typeof hvp = (v) => add(hvp(v), mul(v, damping));
    return { param: sub(param, mul(conjugateGradient(product, grad, { iterations: 4, tolerance: 0 }), lr)), state: {} };
  },
});

/** Loss and gradient norm before each of `steps` updates on one batch. */
async function descend(trainer: Trainer, steps: number): Promise<readonly (readonly [number, number])[]> {
  const batch = await batchOf(9);
  const path: (readonly [number, number])[] = [];
  for (let step = 0; step < steps; step++) {
    const { loss, gradientNorm } = await trainer.step(batch);
    path.push([loss, gradientNorm]);
  }
  return path;
}

/** The last layer alone: 15 parameters, a convex problem. */
const lastLayer = (name: string): boolean => name.startsWith('fc.');

describe('an optimizer with the Hessian', () => {
  it('converges on a convex problem where gradient descent has hardly begun', async () => {
    const newton = await withTrainer({ optimizer: dampedNewton(), trainable: lastLayer }, (t) => descend(t, 12));
    const gradient = await withTrainer({ optimizer: descent(), trainable: lastLayer }, (t) => descend(t, 12));
    expect(newton[0]).toEqual(gradient[0]);
    expect(newton[11][0]).toBeLessThan(gradient[11][0] / 4);
    expect(newton[11][1]).toBeLessThan(gradient[11][1] / 10);
  });

  it('makes no step from a singular matrix, and says so', async () => {
    await withTrainer({ optimizer: dampedNewton({ singular: true }), trainable: lastLayer }, async (trainer) => {
      const before = plain(await trainer.snapshot());
      const message = await messageOf(async () => trainer.step(await batchOf(9)));
      expect(message).toMatch(
        /^div \(dampedNewton\): expected a finite step of dampedNewton, received loss [\d.]+, gradient norm [\d.]+ in step 1; /,
      );
      expect(message).toContain('the first bad value is div in dampedNewton (');
      expect(message).toContain('Hint: the Hessian is singular here, or nearly: raise the damping [train.nonFinite]');
      expect(plain(await trainer.snapshot())).toEqual(before);
      expect(trainer.steps).toBe(0);
    });
  });

  it('is refused with accumulated gradients', async () => {
    const message = await messageOf(() =>
      withTrainer({ optimizer: dampedNewton(), trainable: lastLayer, accumulate: 2 }, () => Promise.resolve()),
    );
    expect(message).toContain('[optimizer.curvature]');
  });
});

describe('an optimizer with products of the Hessian', () => {
  it('trains the whole network, through norms and convolutions', async () => {
    const path = await withTrainer({ optimizer: truncatedNewton() }, (trainer) => descend(trainer, 15));
    expect(path[14][0]).toBeLessThan(path[0][0] / 2);
  });
});
