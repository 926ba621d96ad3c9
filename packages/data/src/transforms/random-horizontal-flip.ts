import { NetwrightError, randomKeys, uniformOf } from '@netwright/ir';
import type { Transform } from './transform.ts';

/** How often an image is mirrored. */
export interface RandomHorizontalFlipOptions {
  /** Probability. Default 0.5. */
  readonly p?: number;
}

/**
 * Mirrors each image left to right with probability `p`, decided anew every epoch.
 *
 * @throws NetwrightError `data.randomHorizontalFlip` unless `p` is a probability.
 */
export function randomHorizontalFlip({ p = 0.5 }: RandomHorizontalFlipOptions = {}): Transform {
  if (!(p >= 0 && p <= 1)) {
    throw new NetwrightError({
      code: 'data.randomHorizontalFlip',
      operation: 'randomHorizontalFlip',
      expected: 'a probability p from 0 to 1',
      received: String(p),
    });
  }
  return {
    name: 'randomHorizontalFlip',
    options: { p },
    apply(images, { seed, epoch, stream, indices, shape: [channels, height, width] }) {
      const keys = randomKeys(seed, epoch, stream);
      const size = channels * height * width;
      for (let sample = 0; sample < indices.length; sample++) {
        if (uniformOf(keys, indices[sample]) >= p) continue;
        const end = (sample + 1) * size;
        for (let row = sample * size; row < end; row += width) images.subarray(row, row + width).reverse();
      }
      return images;
    },
  };
}
