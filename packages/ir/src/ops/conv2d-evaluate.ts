// The loop nest that the three convolutions share: every product x[n, c, row, column] * weight[o, k, kh, kw] that meets in y[n, o, y, x].

import type { Conv2dAttrs, Pair } from './attributes.ts';
import { visitTaps } from './window.ts';

export interface ConvSizes {
  /** [N, C, H, W]. */
  readonly image: readonly number[];
  /** [O, C / groups, KH, KW]. */
  readonly weight: readonly number[];
  /** [N, O, OH, OW]. */
  readonly output: readonly number[];
}

/** Calls `visit` with the flat positions in image, weight and output of every product. */
export function visitProducts(
  { image, weight, output }: ConvSizes,
  attrs: Conv2dAttrs,
  visit: (imageAt: number, weightAt: number, outputAt: number) => void,
): void {
  const [batch, channels, height, width] = image;
  const [, groupChannels, kernelHeight, kernelWidth] = weight;
  const [, out, outputHeight, outputWidth] = output;
  const groupOut = out / attrs.groups;
  const size: Pair = [height, width];
  const kernel: Pair = [kernelHeight, kernelWidth];
  for (let n = 0; n < batch; n++) {
    for (let o = 0; o < out; o++) {
      const firstChannel = Math.floor(o / groupOut) * groupChannels;
      for (let y = 0; y < outputHeight; y++) {
        for (let x = 0; x < outputWidth; x++) {
          const outputAt = ((n * out + o) * outputHeight + y) * outputWidth + x;
          for (let k = 0; k < groupChannels; k++) {
            const plane = (n * channels + firstChannel + k) * height;
            const taps = (o * groupChannels + k) * kernelHeight * kernelWidth;
            visitTaps(size, kernel, attrs, y, x, (row, column, tap) =>
              visit((plane + row) * width + column, taps + tap, outputAt),
            );
          }
        }
      }
    }
  }
}
