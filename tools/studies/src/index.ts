export {
  STUDIED,
  studyOptimizers,
  tableOf,
  type Measured,
  type OptimizerRow,
  type OptimizerStudyOptions,
} from './optimizers.ts';
export { METHODS, SPACES, STUDIES, SURFACES, sweepFile, type StudyCommands, type StudyOptions } from './run-studies.ts';
export { measuredPage, nasPage, writeReports } from './study-reports.ts';
