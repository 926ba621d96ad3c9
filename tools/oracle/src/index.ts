export {
  closingLine,
  runOracle,
  SUITES,
  summarizeResults,
  type CaseResult,
  type OracleSummary,
  type RunOptions,
} from './run-oracle.ts';
