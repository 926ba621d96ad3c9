export {
  STUDIED,
  studyOptimizers,
  tableOf,
  type Measured,
  type OptimizerRow,
  type OptimizerStudyOptions,
} from './optimizers.ts';
export { METHODS, SPACES, STUDIES, SURFACES, sweepFile, type StudyCommands, type StudyOptions } from './run-studies.ts';
export { markdownOf } from './reports/report.ts';
export { reportOf } from './reports/studies.ts';
export { writeReport } from './reports/write-report.ts';
