// All pictures, in the order in which they tell the story.

import type { Figure } from './figure.ts';
import { nesterovStep } from './nesterov-step.ts';
import { newtonParabolas } from './newton-parabolas.ts';
import { normalizedInputsFigure } from './normalized-inputs.ts';
import {
  adagradRace,
  adamRace,
  bealeRace,
  canyonRace,
  miniBatchRace,
  nesterovRace,
  newtonRace,
  rmspropRace,
  rosenbrockRace,
  sphereRace,
  twoValleysRace,
} from './races.ts';
import { unequalGradients } from './unequal-gradients.ts';

/** The pictures of optimizers on surfaces, from gradient descent on a sphere to second-order steps, in the order of the story. */
export const trajectories: readonly Figure[] = [
  sphereRace,
  canyonRace,
  nesterovStep,
  nesterovRace,
  unequalGradients,
  adagradRace,
  rmspropRace,
  adamRace,
  miniBatchRace,
  newtonRace,
  twoValleysRace,
  rosenbrockRace,
  bealeRace,
  newtonParabolas,
  normalizedInputsFigure,
];
