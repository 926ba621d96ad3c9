import { tensorDataset, type Dataset, type ImageShape } from '../src/index.ts';

/** `count` images of bytes; pixel i of image n is (7 n + 3 i) mod 256, its class n mod 3. */
export function byteDataset(count: number, shape: ImageShape = [1, 2, 3], name = 'bytes'): Dataset {
  const size = shape[0] * shape[1] * shape[2];
  return tensorDataset({
    name,
    images: Uint8Array.from({ length: count * size }, (_, i) => 7 * Math.floor(i / size) + 3 * (i % size)),
    labels: Int32Array.from({ length: count }, (_, n) => n % 3),
    shape,
    classes: ['a', 'b', 'c'],
  });
}

/** `count` images of floats that are all different; the class is n mod 3. */
export function floatDataset(count: number, shape: ImageShape = [1, 2, 3]): Dataset {
  const size = shape[0] * shape[1] * shape[2];
  return tensorDataset({
    name: 'floats',
    images: Float32Array.from({ length: count * size }, (_, i) => i / 16),
    labels: Int32Array.from({ length: count }, (_, n) => n % 3),
    shape,
    classes: ['a', 'b', 'c'],
  });
}

/** A dataset that answers later and cannot give labels alone, as one that reads files does. */
export function slow(dataset: Dataset): Dataset {
  return {
    name: dataset.name,
    length: dataset.length,
    shape: dataset.shape,
    classes: dataset.classes,
    async read(indices) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      return dataset.read(indices);
    },
  };
}

export function range(start: number, end: number): Int32Array {
  return Int32Array.from({ length: end - start }, (_, offset) => start + offset);
}
