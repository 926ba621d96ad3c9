// Fashion-MNIST, arXiv:1708.07747: 60,000 training and 10,000 test images of 28 x 28 pixels, in ten kinds of clothes.

import type { DataSource } from '@netwright/data';
import { FASHION_MNIST_CLASSES } from './idx/classes.ts';
import { directorySource, type Limit } from './node/directory-source.ts';

/** How much of the data set is read, and from where. */
export interface FashionMnistOptions {
  /** Samples to take from the start of each part. Default all. */
  readonly limit?: Limit;
  /** Where the four IDX files are, plain or gzipped. Default: where Debian's package `dataset-fashion-mnist` puts them. */
  readonly directory?: string;
}

/**
 * Fashion-MNIST, in Node. Nothing is read before `load`.
 *
 * @throws NetwrightError `mnist.limit`; from `load`: `mnist.missing`, `idx.*` when a file is damaged.
 */
export function fashionMnist({
  limit,
  directory = '/usr/share/datasets/fashion-mnist',
}: FashionMnistOptions = {}): DataSource {
  return directorySource({
    name: 'fashion-mnist',
    classes: FASHION_MNIST_CLASSES,
    directory: () => directory,
    limit,
    hint: 'on Debian or Ubuntu: apt-get install dataset-fashion-mnist; elsewhere pass the directory of the four files',
  });
}
