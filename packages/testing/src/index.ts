export { testBackend } from './backend/test-backend.ts';
export {
  testOptimizer,
  type GoldenFunction,
  type GoldenRun,
  type OptimizerFactory,
  type TestOptimizerOptions,
} from './optimizer/test-optimizer.ts';
export type { OptimizerOracle, OptimizerRun } from './optimizer/trajectory.ts';
export {
  testArchitecture,
  type GoldenNetwork,
  type TestArchitectureOptions,
} from './architecture/test-architecture.ts';
export { testOp, type OpCase } from './op/test-op.ts';
