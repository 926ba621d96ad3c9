export { inverseSquareRoot, type InverseSquareRootOptions } from './inverse-square-root.ts';
export { lion } from './lion.ts';
export { recordLearningRates, type LearningRates } from './record-learning-rates.ts';
