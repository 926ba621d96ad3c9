// Reads of data sets, and what all their samples are.

import type { Dataset, Samples } from '@netwright/data';

export async function read(dataset: Dataset, indices: readonly number[]): Promise<Samples> {
  return dataset.read(Int32Array.from(indices));
}

export function copyOf({ images, labels }: Samples): Samples {
  return { images: images.slice(), labels: labels.slice() };
}

/** Whether images and labels are the same, elements and kind of array. */
export function sameSamples(a: Samples, b: Samples): boolean {
  return (
    a.images.constructor.name === b.images.constructor.name &&
    a.images.length === b.images.length &&
    a.images.every((value, i) => Object.is(value, b.images[i])) &&
    a.labels.join() === b.labels.join()
  );
}

export interface Contents {
  readonly labels: Int32Array;
  /** Of each image: equal for equal images. */
  readonly digests: readonly string[];
  /** Samples with a value that is not finite. */
  readonly notFinite: readonly number[];
}

/** All samples, read in pieces. */
export async function contentsOf(dataset: Dataset): Promise<Contents> {
  const labels: number[] = [];
  const digests: string[] = [];
  const notFinite: number[] = [];
  const size = dataset.shape.reduce((product, dim) => product * dim, 1);
  const piece = Math.max(1, Math.floor(2 ** 22 / size));
  for (let start = 0; start < dataset.length; start += piece) {
    const count = Math.min(piece, dataset.length - start);
    const samples = await read(
      dataset,
      Array.from({ length: count }, (_, i) => start + i),
    );
    for (let i = 0; i < count; i++) {
      const image = samples.images.subarray(i * size, (i + 1) * size);
      if (!image.every(Number.isFinite)) notFinite.push(start + i);
      digests.push(digestOf(image));
    }
    labels.push(...samples.labels);
  }
  return { labels: Int32Array.from(labels), digests, notFinite };
}

/** Two different 32-bit hashes of the bytes. */
function digestOf(image: Uint8Array | Float32Array): string {
  const bytes = new Uint8Array(image.buffer, image.byteOffset, image.byteLength);
  let [a, b] = [0x811c9dc5, 0x2545f491];
  for (const byte of bytes) {
    a = Math.imul(a ^ byte, 0x01000193);
    b = Math.imul(b + byte, 0x85ebca6b) ^ (b >>> 13);
  }
  return `${(a >>> 0).toString(16)}-${(b >>> 0).toString(16)}`;
}
