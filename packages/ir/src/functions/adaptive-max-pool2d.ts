import { callFunction, defineFunction } from '../function.ts';
import { constantTensor } from '../ops/constant.ts';
import { gather } from '../ops/gather.ts';
import { maxPool2d } from '../ops/max-pool2d.ts';
import { pad } from '../ops/pad.ts';
import type { PairOption } from '../ops/window.ts';
import type { Tensor } from '../tensor.ts';
import { adaptiveAttrs, binsOf, equalBins, type AdaptiveAttrs } from './pool-bins.ts';

/**
 * Largest elements of the same bins as those of `adaptiveAvgPool2d`, as `torch.nn.functional.adaptive_max_pool2d`. The gradient
 * goes to the first maximum.
 *
 * Errors: `adaptiveMaxPool2d.operands`.
 */
export function adaptiveMaxPool2d(x: Tensor, outputSize: PairOption): Tensor {
  return callFunction(adaptiveMaxPool2dFunction, [x], adaptiveAttrs('adaptiveMaxPool2d', x, outputSize))[0];
}

// Bins that differ or overlap are first laid out one after the other, all as long as the longest.
export const adaptiveMaxPool2dFunction = defineFunction<AdaptiveAttrs>({
  name: 'adaptiveMaxPool2d',
  expand([x], { outputSize }) {
    const window = equalBins(x, outputSize);
    if (window !== undefined) return [window[0] * window[1] === 1 ? x : maxPool2d(x, { kernel: window })];
    const rows = laidOut(Number(x.shape[2]), outputSize[0]);
    const columns = laidOut(Number(x.shape[3]), outputSize[1]);
    const padded = pad(x, { axes: [2, 3], after: [1, 1], value: -Infinity });
    const at = (positions: readonly number[]): Tensor =>
      constantTensor(x.builder, positions, [positions.length], 'i32');
    const spread = gather(gather(padded, at(rows.positions), 2), at(columns.positions), 3);
    return [maxPool2d(spread, { kernel: [rows.longest, columns.longest] })];
  },
});

/** Positions of the elements of every bin; `size`, the padding, fills up those shorter than the longest. */
function laidOut(size: number, count: number): { readonly longest: number; readonly positions: readonly number[] } {
  const bins = binsOf(size, count);
  const longest = Math.max(...bins.map(([start, end]) => end - start));
  const positions = bins.flatMap(([start, end]) =>
    Array.from({ length: longest }, (_, i) => (start + i < end ? start + i : size)),
  );
  return { longest, positions };
}
