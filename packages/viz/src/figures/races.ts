// The races, from plain descent to second order.

import { COLORS } from '../plot/palette.ts';
import { beale } from '../surfaces/beale.ts';
import { canyon, sphere } from '../surfaces/quadratics.ts';
import { rosenbrock } from '../surfaces/rosenbrock.ts';
import { twoValleys } from '../surfaces/two-valleys.ts';
import { unequal } from '../surfaces/unequal.ts';
import type { Optimizers } from './figure.ts';
import { race, type Contestant } from './race.ts';

type Names = keyof Optimizers;

type Rates = { readonly [N in Exclude<Names, 'newton' | 'newtonCg'>]?: number } & {
  readonly newton?: true;
  readonly newtonCg?: true;
};

/** Optimizers by their learning rates; those with a velocity keep `momentum` of it. */
function entries(optimizers: Optimizers, rates: Rates, momentum = 0.9): readonly Contestant[] {
  const made: { readonly [N in Names]: (lr: number) => Omit<Contestant, 'color'> } = {
    sgd: (lr) => ({ text: `SGD, rate ${String(lr)}`, optimizer: optimizers.sgd({ lr }) }),
    momentum: (lr) => ({
      text: `momentum ${String(momentum)}, rate ${String(lr)}`,
      optimizer: optimizers.momentum({ lr, momentum }),
    }),
    nesterov: (lr) => ({
      text: `Nesterov ${String(momentum)}, rate ${String(lr)}`,
      optimizer: optimizers.nesterov({ lr, momentum }),
    }),
    adagrad: (lr) => ({ text: `AdaGrad, rate ${String(lr)}`, optimizer: optimizers.adagrad({ lr }) }),
    rmsprop: (lr) => ({ text: `RMSProp 0.9, rate ${String(lr)}`, optimizer: optimizers.rmsprop({ lr, alpha: 0.9 }) }),
    adam: (lr) => ({ text: `Adam, rate ${String(lr)}`, optimizer: optimizers.adam({ lr }) }),
    newton: () => ({ text: 'Newton', optimizer: optimizers.newton() }),
    newtonCg: () => ({ text: 'Newton-CG', optimizer: optimizers.newtonCg() }),
  };
  return Object.entries(rates).map(([name, rate]) => ({
    ...made[name as Names](Number(rate)),
    color: COLORS[name as Names],
  }));
}

const FIRST_ORDER = { sgd: 0.95, adagrad: 0.8 } as const;
const WITH_RMSPROP = { ...FIRST_ORDER, rmsprop: 0.15 } as const;
const WITH_ADAM = { ...WITH_RMSPROP, adam: 0.25 } as const;

export const sphereRace = race({
  name: 'sgd-momentum-sphere',
  title: 'Gradient descent and momentum on a sphere',
  note: 'Where the curvature is the same in every direction the gradient points at the minimum, and momentum only overshoots.',
  surface: sphere,
  steps: 40,
  contestants: (optimizers) => entries(optimizers, { sgd: 0.2, momentum: 0.1 }, 0.8),
});

export const canyonRace = race({
  name: 'sgd-momentum-canyon',
  title: 'Gradient descent and momentum in a canyon',
  note: 'The steep walls limit the rate; what pushes to and fro across the valley cancels in the velocity, what points along it adds up.',
  surface: canyon,
  steps: 60,
  contestants: (optimizers) => entries(optimizers, { sgd: 0.045, momentum: 0.02 }, 0.8),
});

export const nesterovRace = race({
  name: 'sgd-momentum-nesterov',
  title: 'Gradient descent, momentum and Nesterov’s momentum in a canyon',
  note: 'With the gradient of where the velocity leads, Nesterov’s form brakes before the wall; heavy momentum swings on.',
  surface: canyon,
  steps: 80,
  contestants: (optimizers) => entries(optimizers, { sgd: 0.045, momentum: 0.02, nesterov: 0.02 }, 0.9),
});

export const adagradRace = race({
  name: 'unequal-adagrad',
  title: 'Gradient descent and AdaGrad on unequal gradients',
  note: 'AdaGrad divides each coordinate by the size of its past gradients, so that both advance alike; its steps shrink for ever.',
  surface: unequal,
  steps: 60,
  contestants: (optimizers) => entries(optimizers, FIRST_ORDER),
});

export const rmspropRace = race({
  name: 'unequal-rmsprop',
  title: 'Gradient descent, AdaGrad and RMSProp on unequal gradients',
  note: 'RMSProp forgets old gradients: its steps do not shrink for ever, and in the end it overtakes AdaGrad.',
  surface: unequal,
  steps: 60,
  contestants: (optimizers) => entries(optimizers, WITH_RMSPROP),
});

export const adamRace = race({
  name: 'unequal-adam',
  title: 'Gradient descent, AdaGrad, RMSProp and Adam on unequal gradients',
  note: 'Adam adds a velocity to RMSProp’s rule, and corrects both averages for their start.',
  surface: unequal,
  steps: 60,
  contestants: (optimizers) => entries(optimizers, WITH_ADAM),
});

export const miniBatchRace = race({
  name: 'unequal-mini-batch',
  title: 'The same optimizers on mini-batches of 8 samples',
  note: 'The gradient of a few samples is noisy: the paths wander, and without a falling rate none comes nearer to the minimum than the noise lets it.',
  surface: unequal,
  steps: 60,
  batch: { size: 8, seed: 3 },
  contestants: (optimizers) => entries(optimizers, { ...WITH_ADAM, sgd: 0.3 }),
});

export const newtonRace = race({
  name: 'unequal-newton',
  title: 'First order and Newton’s method on unequal gradients',
  note: 'The inverse Hessian makes all directions equal: one step on a quadratic.',
  surface: unequal,
  steps: 60,
  contestants: (optimizers) => entries(optimizers, { ...WITH_ADAM, newton: true }),
});

export const twoValleysRace = race({
  name: 'two-valleys',
  title: 'A local minimum and a saddle',
  note: 'Newton’s method goes where the gradient vanishes, here to the saddle. Newton-CG notices negative curvature and goes downhill.',
  surface: twoValleys,
  steps: 60,
  contestants: (optimizers) =>
    entries(optimizers, {
      sgd: 0.05,
      momentum: 0.02,
      nesterov: 0.02,
      rmsprop: 0.05,
      adam: 0.1,
      newton: true,
      newtonCg: true,
    }),
});

export const rosenbrockRace = race({
  name: 'rosenbrock',
  title: 'Rosenbrock’s valley',
  surface: rosenbrock,
  steps: 300,
  contestants: (optimizers) =>
    entries(optimizers, {
      sgd: 0.0012,
      momentum: 0.001,
      nesterov: 0.001,
      adagrad: 0.6,
      rmsprop: 0.02,
      adam: 0.25,
      newton: true,
    }),
});

export const bealeRace = race({
  name: 'beale',
  title: 'Beale’s function',
  surface: beale,
  steps: 200,
  contestants: (optimizers) =>
    entries(optimizers, {
      sgd: 0.01,
      momentum: 0.002,
      nesterov: 0.002,
      adagrad: 0.5,
      rmsprop: 0.03,
      adam: 0.1,
      newtonCg: true,
    }),
});
