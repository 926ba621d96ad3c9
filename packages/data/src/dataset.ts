// Labelled images, read by index.

import { NetwrightError } from '@netwright/ir';

/** `[channels, height, width]`. */
export type ImageShape = readonly [number, number, number];

/** Images of some samples: row-major [n, C, H, W] bytes (0 to 255) or floats, and a label for each. */
export interface Samples {
  readonly images: Uint8Array | Float32Array;
  readonly labels: Int32Array;
}

/** Any set of labelled images of one size. Implement it to read from elsewhere; `tensorDataset` is one in memory. */
export interface Dataset {
  readonly name: string;
  readonly length: number;
  readonly shape: ImageShape;
  /** Names of the classes, in the order of the labels. */
  readonly classes: readonly string[];
  /** Samples in the order of `indices`, in arrays that belong to the caller. */
  read(indices: Int32Array): Samples | Promise<Samples>;
  /** All labels, where they are cheaper to have than the images; see `readLabels`. */
  labels?(): Int32Array | Promise<Int32Array>;
}

/** The parts of a data set; those without a validation part can be {@link splitDataset}. */
export interface DataSplits {
  readonly train: Dataset;
  readonly validation?: Dataset;
  readonly test: Dataset;
}

/** A dataset with its usual parts. `mnist()` gives one; nothing is read before `load`. */
export interface DataSource {
  readonly name: string;
  load(): Promise<DataSplits>;
}

/** Images and labels in memory. */
export interface TensorDatasetOptions {
  /** Default `tensors`. */
  readonly name?: string;
  /** Row-major [n, C, H, W] bytes (0 to 255) or floats. Kept, not copied. */
  readonly images: Uint8Array | Float32Array;
  /** Class of each image. */
  readonly labels: Int32Array | Uint8Array | readonly number[];
  readonly shape: ImageShape;
  readonly classes: readonly string[];
}

/**
 * A dataset in memory.
 *
 * @throws NetwrightError `data.samples` when images and labels do not fit together or a label has no class; `data.index` when a sample that does not
 *   exist is read.
 */
export function tensorDataset(options: TensorDatasetOptions): Dataset {
  const { name = 'tensors', images, shape, classes } = options;
  checkSamples(name, options);
  const labels = Int32Array.from(options.labels);
  const size = shape[0] * shape[1] * shape[2];
  return {
    name,
    length: labels.length,
    shape,
    classes,
    read(indices) {
      checkIndices(name, indices, labels.length);
      const chosen =
        images instanceof Uint8Array ? new Uint8Array(indices.length * size) : new Float32Array(indices.length * size);
      for (let at = 0; at < indices.length; at++) {
        const start = indices[at] * size;
        chosen.set(images.subarray(start, start + size), at * size);
      }
      return { images: chosen, labels: indices.map((index) => labels[index]) };
    },
    labels: () => labels.slice(),
  };
}

/** Every label of a dataset, in order. Reads the images in chunks where the dataset cannot give labels alone. */
export async function readLabels(dataset: Dataset): Promise<Int32Array> {
  if (dataset.labels !== undefined) return dataset.labels();
  const labels = new Int32Array(dataset.length);
  for (const indices of chunks(dataset.length)) labels.set((await dataset.read(indices)).labels, indices[0]);
  return labels;
}

/** The positions 0 .. length - 1 in pieces of a size that is cheap to hold. */
export function* chunks(length: number): Generator<Int32Array, void, undefined> {
  const size = 1024;
  for (let start = 0; start < length; start += size) {
    yield Int32Array.from({ length: Math.min(size, length - start) }, (_, offset) => start + offset);
  }
}

/** @throws NetwrightError `data.index` when an index is not one of a dataset's `length` samples. */
export function checkIndices(name: string, indices: Int32Array, length: number): void {
  for (const index of indices) {
    if (index >= 0 && index < length) continue;
    throw new NetwrightError({
      code: 'data.index',
      operation: 'read',
      scope: name,
      expected: `indices from 0 to ${String(length - 1)}`,
      received: String(index),
    });
  }
}

function checkSamples(name: string, { images, labels, shape, classes }: TensorDatasetOptions): void {
  const reasons: string[] = [];
  const size = shape[0] * shape[1] * shape[2];
  if (!shape.every((dim) => Number.isSafeInteger(dim) && dim > 0)) {
    reasons.push(`the shape ${shape.join(' x ')} is not made of positive integers`);
  } else if (images.length !== size * labels.length) {
    const count = String(labels.length);
    reasons.push(`${String(images.length)} values do not make ${count} images of ${shape.join(' x ')}`);
  }
  const wrong = labels.findIndex((label) => !Number.isInteger(label) || label < 0 || label >= classes.length);
  if (wrong >= 0) {
    reasons.push(`label ${String(wrong)} is ${String(labels[wrong])}, not one of 0 to ${String(classes.length - 1)}`);
  }
  if (reasons.length === 0) return;
  throw new NetwrightError({
    code: 'data.samples',
    operation: 'tensorDataset',
    scope: name,
    expected: 'an image for each label and a class for each label',
    received: `${String(labels.length)} labels, ${String(classes.length)} classes`,
    reasons,
  });
}
