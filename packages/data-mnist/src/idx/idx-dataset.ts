// A dataset from a pair of IDX files: grayscale images and their labels.

import { tensorDataset, type Dataset } from '@netwright/data';
import { NetwrightError } from '@netwright/ir';
import { parseIdxBytes } from './parse-idx.ts';

/** A file in memory, and its name for messages. */
export interface IdxFile {
  readonly name: string;
  readonly bytes: Uint8Array | ArrayBuffer;
}

/** Two files in memory, and what their numbers mean. */
export interface IdxDatasetOptions {
  readonly name: string;
  /** Bytes of [n, height, width], uncompressed. */
  readonly images: IdxFile;
  /** Bytes of [n], uncompressed. */
  readonly labels: IdxFile;
  readonly classes: readonly string[];
  /** Take the first samples only. Default all. */
  readonly limit?: number | undefined;
}

/**
 * Images [n, 1, height, width] of bytes, with their labels.
 *
 * @throws NetwrightError `idx.*` when a file is damaged, `idx.count` when there are more images than labels or fewer, `data.samples` when a label has no
 *   class.
 */
export function idxDataset({ name, images, labels, classes, limit }: IdxDatasetOptions): Dataset {
  const pixels = parseIdxBytes(images.bytes, 3, images.name);
  const answers = parseIdxBytes(labels.bytes, 1, labels.name);
  const [count, height, width] = pixels.shape;
  if (count !== answers.shape[0]) {
    throw new NetwrightError({
      code: 'idx.count',
      operation: 'idxDataset',
      scope: name,
      expected: `as many labels as images (${String(count)} in ${images.name})`,
      received: `${String(answers.shape[0])} in ${labels.name}`,
      hint: 'the two files belong to different sets',
    });
  }
  const taken = Math.min(count, limit ?? count);
  return tensorDataset({
    name,
    images: taken === count ? pixels.data : pixels.data.slice(0, taken * height * width),
    labels: answers.data.subarray(0, taken),
    shape: [1, height, width],
    classes,
  });
}
