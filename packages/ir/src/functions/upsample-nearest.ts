import { callFunction, defineFunction } from '../function.ts';
import { broadcastTo } from '../ops/broadcast-to.ts';
import { reshape } from '../ops/reshape.ts';
import type { Tensor } from '../tensor.ts';
import { pick, resampling, type ResampleAttrs, type UpsampleOptions } from './resample.ts';

/**
 * Nearest neighbour: element i of an axis of the result is element floor(i * in / out) of x [N, C, H, W], or floor(i / scale),
 * as `torch.nn.functional.interpolate`.
 *
 * Errors: `upsampleNearest.operands`.
 */
export function upsampleNearest(x: Tensor, options: UpsampleOptions): Tensor {
  return callFunction(upsampleNearestFunction, [x], resampling('upsampleNearest', x, options))[0];
}

export const upsampleNearestFunction = defineFunction<ResampleAttrs>({
  name: 'upsampleNearest',
  expand([x], { size, step }) {
    const [batch, channels] = x.shape;
    const [height, width] = [Number(x.shape[2]), Number(x.shape[3])];
    const [down, right] = [size[0] / height, size[1] / width];
    if (Number.isInteger(down) && Number.isInteger(right) && step[0] === 1 / down && step[1] === 1 / right) {
      const apart = reshape(x, [batch, channels, height, 1, width, 1]);
      const spread = broadcastTo(apart, [batch, channels, height, down, width, right]);
      return [reshape(spread, [batch, channels, ...size])];
    }
    const rows = nearest(height, size[0], step[0]);
    return [pick(pick(x, 2, rows), 3, nearest(width, size[1], step[1]))];
  },
});

/** PyTorch computes positions in single precision. */
function nearest(length: number, count: number, step: number): readonly number[] {
  const single = Math.fround(step);
  return Array.from({ length: count }, (_, i) => Math.min(Math.floor(Math.fround(i * single)), length - 1));
}
