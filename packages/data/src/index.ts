export {
  readLabels,
  tensorDataset,
  type Dataset,
  type DataSource,
  type DataSplits,
  type ImageShape,
  type Samples,
  type TensorDatasetOptions,
} from './dataset.ts';
export { subset, take } from './subset.ts';
export { splitDataset, type SplitOptions } from './split.ts';
export { concatDatasets } from './concat.ts';
export { shuffledOrder } from './shuffle.ts';
export { batchesPerEpoch, createBatches, type Batch, type BatchCursor, type BatchOptions } from './batches.ts';
export { computeStatistics, type Statistics } from './statistics.ts';
export type { Image } from './image.ts';
export { parsePreprocessing, preprocess, type Preprocessing, type ResizeMode } from './preprocessing.ts';
export { centerRectangle, resizeBilinear, type Rectangle } from './resize.ts';
export { ROOT_STREAM, type Transform, type TransformContext } from './transforms/transform.ts';
export { compose } from './transforms/compose.ts';
export { normalize } from './transforms/normalize.ts';
export { randomCrop, type RandomCropOptions } from './transforms/random-crop.ts';
export { randomHorizontalFlip, type RandomHorizontalFlipOptions } from './transforms/random-horizontal-flip.ts';
export { toFloat } from './transforms/to-float.ts';
