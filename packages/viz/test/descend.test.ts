import { reference } from '@netwright/backend-reference';
import { describe, expect, it } from 'vitest';
import { canyon, descend, rosenbrock, sphere, valuesAt, type Path } from '../src/index.ts';
import { descendCurve, derivativesAt } from '../src/run/curve.ts';
import { exponential } from '../src/figures/newton-parabolas.ts';
import { unequal } from '../src/surfaces/unequal.ts';
import { descent, heavyBall, newton } from './rules.ts';

const backend = reference();

describe('descend', () => {
  it('takes the optimizer’s own steps along the gradient', async () => {
    const { points, values } = await descend({ surface: sphere, optimizer: descent({ lr: 0.25 }), backend, steps: 3 });
    const [x, y] = sphere.start;
    points.forEach(([px, py], step) => {
      expect(px).toBeCloseTo(x * 0.75 ** step, 12);
      expect(py).toBeCloseTo(y * 0.75 ** step, 12);
    });
    expect(points).toHaveLength(4);
    expect(values).toEqual(await valuesAt(sphere, points, backend));
  });

  it('takes a given start and state, and the gradient where the optimizer wants it', async () => {
    const options = { surface: sphere, backend, steps: 1, start: [1, 0], state: { velocity: [0, 2] } } as const;
    const plain = await descend({ ...options, optimizer: heavyBall({ lr: 0.5, momentum: 0.5 }) });
    const ahead = await descend({ ...options, optimizer: heavyBall({ lr: 0.5, momentum: 0.5, lookAhead: true }) });
    expect(plain.points[1]).toEqual([0.5, 1]);
    expect(ahead.points[1]).toEqual([0.5, 0.5]);
  });

  it('gives second-order optimizers the Hessian', async () => {
    const { points } = await descend({ surface: rosenbrock, optimizer: newton(), backend, steps: 6 });
    expect(points[1][0]).toBeCloseTo(-1.1752808988764043, 12);
    expect(points[1][1]).toBeCloseTo(1.3806741573033705, 12);
    expect(points[6][0]).toBeCloseTo(1, 9);
    expect(points[6][1]).toBeCloseTo(1, 9);
  });

  it('ends where a path leaves all bounds', async () => {
    const { points, values } = await descend({ surface: canyon, optimizer: descent({ lr: 1 }), backend, steps: 100 });
    expect(points.length).toBeLessThan(20);
    for (const value of [...points.flat(), ...values]) expect(Number.isFinite(value)).toBe(true);
  });

  it('draws batches by their seed, and measures the loss over all samples', async () => {
    const on = (batch?: { size: number; seed: number }): Promise<Path> =>
      descend({ surface: unequal, optimizer: descent({ lr: 0.2 }), backend, steps: 8, ...(batch && { batch }) });
    const [first, again, other, whole] = await Promise.all([
      on({ size: 4, seed: 1 }),
      on({ size: 4, seed: 1 }),
      on({ size: 4, seed: 2 }),
      on(),
    ]);
    expect(again).toEqual(first);
    expect(other.points).not.toEqual(first.points);
    expect(whole.points).not.toEqual(first.points);
    expect(first.values).toEqual(await valuesAt(unequal, first.points, backend));
    const [large] = [await on({ size: 4000, seed: 1 })];
    large.points.forEach(([x, y], step) => {
      expect(Math.abs(x - whole.points[step][0])).toBeLessThan(0.1);
      expect(Math.abs(y - whole.points[step][1])).toBeLessThan(0.1);
    });
  });
});

describe('a curve', () => {
  it('has the derivatives of its formula', async () => {
    const { value, slope, curvature } = await derivativesAt(exponential, 1.5, backend);
    expect(value).toBeCloseTo(Math.exp(1.5) - 3, 12);
    expect(slope).toBeCloseTo(Math.exp(1.5) - 2, 12);
    expect(curvature).toBeCloseTo(Math.exp(1.5), 12);
  });

  it('is walked down to the vertex of each parabola', async () => {
    const xs = await descendCurve(exponential, newton(), 8, backend);
    xs.slice(1).forEach((x, step) => expect(x).toBeCloseTo(xs[step] - 1 + 2 * Math.exp(-xs[step]), 10));
    expect(xs[8]).toBeCloseTo(Math.LN2, 10);
  });
});
