export { idxDataset, type IdxDatasetOptions, type IdxFile } from './idx-dataset.ts';
export { parseIdx, parseIdxBytes, type IdxArray, type IdxElements } from './parse-idx.ts';
export { FASHION_MNIST_CLASSES, MNIST_CLASSES } from './classes.ts';
