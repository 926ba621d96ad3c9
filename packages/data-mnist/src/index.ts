export { mnist, type MnistOptions } from './mnist.ts';
export { fashionMnist, type FashionMnistOptions } from './fashion-mnist.ts';
export type { Limit } from './node/directory-source.ts';
export { idxDataset, type IdxDatasetOptions, type IdxFile } from './idx/idx-dataset.ts';
export { parseIdx, parseIdxBytes, type IdxArray, type IdxElements } from './idx/parse-idx.ts';
export { FASHION_MNIST_CLASSES, MNIST_CLASSES } from './idx/classes.ts';
