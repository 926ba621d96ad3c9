export { defineOptimizer } from './define-optimizer.ts';
export { requireOptions } from './require-options.ts';
export {
  applyOptimizer,
  hyperFor,
  hyperInputs,
  optimizerStates,
  OPTIMIZER_PREFIX,
  type ApplyOptimizerOptions,
} from './apply-optimizer.ts';
export type {
  HyperName,
  Optimizer,
  OptimizerOptions,
  OptimizerRule,
  OptionValue,
  States,
  UpdateContext,
  UpdateResult,
} from './optimizer.ts';
