// The four files of MNIST and its relatives, in one directory.

import type { DataSource, Dataset } from '@netwright/data';
import { NetwrightError } from '@netwright/ir';
import { idxDataset } from '../idx/idx-dataset.ts';
import { readIdxFile } from './read-idx-file.ts';

/** How many samples to take from the start of each part; a number counts for both. */
export type Limit = number | { readonly train?: number; readonly test?: number };

export interface DirectorySourceOptions {
  readonly name: string;
  readonly classes: readonly string[];
  /** Found when the data is loaded. */
  readonly directory: () => string;
  readonly limit: Limit | undefined;
  /** How to get the files. */
  readonly hint: string;
}

const PARTS = { train: 'train', test: 't10k' } as const;

/**
 * A source of `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`,
 * each plain or with `.gz`.
 *
 * @throws NetwrightError `mnist.limit` unless limits are positive integers.
 */
export function directorySource(options: DirectorySourceOptions): DataSource {
  const limits =
    typeof options.limit === 'number' ? { train: options.limit, test: options.limit } : (options.limit ?? {});
  checkLimits(options.name, limits);
  return {
    name: options.name,
    async load() {
      const directory = options.directory();
      const [train, test] = await Promise.all([
        readPart(options, directory, 'train', limits.train),
        readPart(options, directory, 'test', limits.test),
      ]);
      const missing = [...train.missing, ...test.missing];
      if (train.dataset === undefined || test.dataset === undefined) throw missingError(options, directory, missing);
      return { train: train.dataset, test: test.dataset };
    },
  };
}

interface Part {
  readonly dataset?: Dataset;
  readonly missing: readonly string[];
}

async function readPart(
  { name, classes }: DirectorySourceOptions,
  directory: string,
  part: keyof typeof PARTS,
  limit: number | undefined,
): Promise<Part> {
  const imagesName = `${PARTS[part]}-images-idx3-ubyte`;
  const labelsName = `${PARTS[part]}-labels-idx1-ubyte`;
  const images = await readIdxFile(directory, imagesName);
  const labels = await readIdxFile(directory, labelsName);
  if (images === undefined || labels === undefined) {
    return { missing: [...(images ? [] : [imagesName]), ...(labels ? [] : [labelsName])] };
  }
  return { dataset: idxDataset({ name: `${name} ${part}`, images, labels, classes, limit }), missing: [] };
}

function checkLimits(name: string, limits: { readonly train?: number; readonly test?: number }): void {
  for (const [part, limit] of Object.entries(limits)) {
    if (limit === undefined || (Number.isSafeInteger(limit) && limit > 0)) continue;
    throw new NetwrightError({
      code: 'mnist.limit',
      operation: name,
      scope: part,
      expected: 'a limit that is a positive integer',
      received: String(limit),
    });
  }
}

function missingError(
  { name, hint }: DirectorySourceOptions,
  directory: string,
  missing: readonly string[],
): NetwrightError {
  return new NetwrightError({
    code: 'mnist.missing',
    operation: name,
    scope: directory,
    expected: 'a directory with the four IDX files, plain or gzipped',
    received: `one without ${missing.join(', ')}`,
    hint,
  });
}
