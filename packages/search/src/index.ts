export {
  choice,
  describeDimension,
  drawValue,
  hasValue,
  integers,
  probabilityOf,
  reals,
  sizeOf,
  type Choice,
  type Dimension,
  type Range,
  type RangeOptions,
  type Value,
  type ValueOf,
} from './spaces/dimension.ts';
export {
  defineSpace,
  problemsOf,
  type Configuration,
  type ConfigurationOf,
  type Constraint,
  type Dimensions,
  type Space,
  type SpaceRecord,
} from './spaces/space.ts';
export { candidateSource, sampleSpace, type Sample, type SampleOptions, type SampleResult } from './spaces/sample.ts';
export { brokenLimit, costOfGraph, costOfModel, COSTS, type CostLimits, type ModelCost } from './spaces/cost.ts';
export {
  ANYNET_LEVELS,
  anyNetX,
  regNetX,
  type AnyNetLevel,
  type AnyNetSpaceOptions,
  type AnyNetXOptions,
  type RegNetXOptions,
} from './spaces/anynet.ts';
export type {
  AnyNetImage,
  AnyNetPlugin,
  AnyNetStageSettings,
  AnyNetVariant,
  RegNetNumbers,
} from './spaces/anynet-plugin.ts';
export {
  bestRange,
  bootstrapBands,
  errorDistribution,
  type Band,
  type BestRange,
  type BootstrapOptions,
  type DistributionBands,
  type ErrorDistribution,
} from './distribution/edf.ts';
export { kolmogorovSmirnov, type KolmogorovSmirnov } from './distribution/kolmogorov-smirnov.ts';
export {
  defineSweep,
  sweepOf,
  type JsonObject,
  type Outcome,
  type SweepDefinition,
  type SweepModule,
  type SweepOptions,
  type Trial,
  type TrialContext,
  type TrialRecord,
} from './sweep/definition.ts';
export { trainTrial, type TrainTrialOptions, type TrainTrialResult } from './sweep/train-trial.ts';
export { filterNormalizedDirection, type Direction } from './landscape/directions.ts';
export { lossSurface, type LossSurface, type LossSurfaceOptions } from './landscape/loss-surface.ts';
export { roughnessOf, type Roughness } from './landscape/roughness.ts';
export { CELL_OPERATIONS, cellSpace, type CellOperation, type CellSpaceOptions } from './spaces/cell.ts';
export {
  rewardOf,
  runSearch,
  type CostWeight,
  type Evaluation,
  type Rewarded,
  type Searcher,
  type SearchOptions,
} from './nas/searcher.ts';
export { randomSearch, type RandomSearchOptions } from './nas/random-search.ts';
export { evolution, type EvolutionOptions } from './nas/evolution.ts';
export { controller, type Controller, type ControllerOptions, type ControllerStep } from './nas/controller.ts';
export { lstmCell, policyGraph, samplingGraph, type ControllerShape } from './nas/controller-graph.ts';
export { scalingGrid, type ScalingGridOptions } from './scaling/scaling-grid.ts';
