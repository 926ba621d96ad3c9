// Decoded images, and their planes of floats.

import { NetwrightError } from '@netwright/ir';
import { toFloat } from './transforms/to-float.ts';

/** A decoded image: rows of pixels with interleaved channels (1 gray, 2 gray and alpha, 3 RGB, 4 RGBA). */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** Bytes from 0 to 255, or floats from 0 to 1; `width * height * channels` of them. */
  readonly data: Uint8Array | Uint8ClampedArray | Float32Array;
}

/**
 * The image as `channels` planes of floats from 0 to 1, row by row. Alpha is left out; one plane of a colour image is its
 * luma of ITU-R BT.601; a gray image fills every plane.
 *
 * @throws NetwrightError `data.image` when the data does not fit the sizes.
 */
export function toPlanes(image: Image, channels: number): readonly Float32Array[] {
  checkImage(image);
  const { channels: given, width, height } = image;
  const data = toFloat(image.data);
  const pixels = width * height;
  if (channels === 1 && given >= 3) {
    const luma = new Float32Array(pixels);
    for (let pixel = 0, at = 0; pixel < pixels; pixel++, at += given) {
      luma[pixel] = 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2];
    }
    return [luma];
  }
  return Array.from({ length: channels }, (_, channel) => {
    const plane = new Float32Array(pixels);
    for (let pixel = 0, at = given >= 3 ? channel : 0; pixel < pixels; pixel++, at += given) plane[pixel] = data[at];
    return plane;
  });
}

function checkImage({ width, height, channels, data }: Image): void {
  const isSize = (value: number): boolean => Number.isSafeInteger(value) && value > 0;
  if (isSize(width) && isSize(height) && [1, 2, 3, 4].includes(channels) && data.length === width * height * channels) {
    return;
  }
  throw new NetwrightError({
    code: 'data.image',
    operation: 'preprocess',
    expected: '1 to 4 channels and width * height * channels values',
    received: `${String(width)} x ${String(height)} pixels of ${String(channels)} channels, ${String(data.length)} values`,
  });
}
