export { testBackend } from './backend/test-backend.ts';
export {
  testOptimizer,
  type GoldenFunction,
  type GoldenRun,
  type OptimizerFactory,
  type TestOptimizerOptions,
} from './optimizer/test-optimizer.ts';
export { minimizeFunction, type FunctionName, type RecordedFunctions } from './optimizer/functions.ts';
export { replay, type OptimizerOracle, type OptimizerRun, type Replay } from './optimizer/trajectory.ts';
export {
  testArchitecture,
  type GoldenNetwork,
  type TestArchitectureOptions,
} from './architecture/test-architecture.ts';
export { lossesOf } from './architecture/train-tiny.ts';
export { testOp, type OpCase, type TestOpOptions } from './op/test-op.ts';
export { testRewrite, type RewriteCase, type TestRewriteOptions } from './rewrite/test-rewrite.ts';
export { testDataset, type TestDatasetOptions } from './dataset/test-dataset.ts';
