export {
  STUDIED,
  studyOptimizers,
  tableOf,
  type Measured,
  type OptimizerRow,
  type OptimizerStudyOptions,
} from './optimizers.ts';
