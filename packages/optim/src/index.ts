export { defineOptimizer } from './define-optimizer.ts';
export { requireOptions, type Allowed } from './require-options.ts';
export {
  applyOptimizer,
  gradientPoints,
  hyperFor,
  hyperInputs,
  optimizerStates,
  OPTIMIZER_PREFIX,
  type ApplyOptimizerOptions,
  type GradientPointOptions,
} from './apply-optimizer.ts';
export { averagedNames, averageWeights, AVERAGE_PREFIX, type AverageOptions } from './average-weights.ts';
export { clipByNorm, clipByValue, globalNorm, type Gradients } from './clipping.ts';
export { curvatureOf, elementsOf, joinTensors, splitVector, type Curvature } from './curvature.ts';
export { conjugateGradient, type ConjugateGradientOptions } from './linear-algebra/conjugate-gradient.ts';
export { dot, norm } from './linear-algebra/dot.ts';
export { lanczos, type Tridiagonal } from './linear-algebra/lanczos.ts';
export { solve, SOLVE_LIMIT } from './linear-algebra/solve.ts';
export { tridiagonalEigenvalues } from './linear-algebra/tridiagonal-eigenvalues.ts';
export type {
  CurvatureKind,
  HyperName,
  Optimizer,
  OptimizerOptions,
  OptimizerRule,
  OptionValue,
  States,
  UpdateContext,
  UpdateResult,
} from './optimizer.ts';
export type { Progress, Schedule, ScheduleState } from './schedules/schedule.ts';
export { constantLr } from './schedules/constant.ts';
export { stepLr } from './schedules/step.ts';
export { multiStepLr } from './schedules/multi-step.ts';
export { exponentialLr } from './schedules/exponential.ts';
export { polynomialLr } from './schedules/polynomial.ts';
export { cosine } from './schedules/cosine.ts';
export { cosineWarmRestarts } from './schedules/cosine-warm-restarts.ts';
export { warmup, type WarmupOptions } from './schedules/warmup.ts';
export { oneCycle, type OneCycleOptions } from './schedules/one-cycle.ts';
export { cyclic, type CyclicOptions } from './schedules/cyclic.ts';
export { each } from './schedules/each.ts';
export { lambdaLr } from './schedules/lambda.ts';
export { reduceOnPlateau, type ReduceOnPlateauOptions } from './schedules/reduce-on-plateau.ts';
export type { TimeOptions } from './schedules/by-time.ts';
