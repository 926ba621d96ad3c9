import { NetwrightError, randomKeys, uniformOf } from '@netwright/ir';
import type { Transform } from './transform.ts';

/** The frame around an image, out of which a part of the old size is cut. */
export interface RandomCropOptions {
  /** Pixels on each side. */
  readonly padding: number;
  /** Value of the padding. Default 0: black before `normalize`, the mean after it. */
  readonly fill?: number;
}

/**
 * Pads each image and cuts its original size out at a random place, for each image anew every epoch.
 *
 * @throws NetwrightError `data.randomCrop` unless the padding is an integer from 0.
 */
export function randomCrop({ padding, fill = 0 }: RandomCropOptions): Transform {
  if (!Number.isSafeInteger(padding) || padding < 0) {
    throw new NetwrightError({
      code: 'data.randomCrop',
      operation: 'randomCrop',
      expected: 'a padding that is an integer from 0',
      received: String(padding),
    });
  }
  return {
    name: 'randomCrop',
    options: { padding, fill },
    apply(images, { seed, epoch, stream, indices, shape: [channels, height, width] }) {
      const keys = randomKeys(seed, epoch, stream);
      const result = new Float32Array(images.length);
      if (fill !== 0) result.fill(fill);
      const places = 2 * padding + 1;
      for (let sample = 0; sample < indices.length; sample++) {
        const index = indices[sample];
        const dy = Math.floor(uniformOf(keys, 2 * index) * places) - padding;
        const dx = Math.floor(uniformOf(keys, 2 * index + 1) * places) - padding;
        const left = Math.max(0, -dx);
        const right = Math.min(width, width - dx);
        const bottom = Math.min(height, height - dy);
        for (let channel = 0; channel < channels; channel++) {
          const plane = (sample * channels + channel) * height * width;
          for (let y = Math.max(0, -dy); y < bottom; y++) {
            const row = plane + y * width;
            const shift = dy * width + dx;
            for (let i = row + left; i < row + right; i++) result[i] = images[i + shift];
          }
        }
      }
      return result;
    },
  };
}
