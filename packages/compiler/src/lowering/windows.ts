// Positions of windows over images, in both directions.

import type { Pair, Padding } from '@netwright/ir';
import { addIndices, floorDivide, modulo, scaleIndex, shiftIndex, type Extents } from '../kernels/index-algebra.ts';
import type { Guard, Index } from '../kernels/index-expression.ts';

export interface WindowAttrs {
  readonly stride: Pair;
  readonly padding: Padding;
  readonly dilation: Pair;
}

/** The image position that a tap of an output's window reads: `output * stride - padding + tap * dilation`. */
export function windowPosition(output: Index, tap: Index, { stride, padding, dilation }: WindowAttrs, axis: 0 | 1): Index {
  return shiftIndex(addIndices(scaleIndex(output, stride[axis]), scaleIndex(tap, dilation[axis])), -padding[axis]);
}

/** The output whose window reads an image position through a tap, and the guards under which there is one. */
export function windowSource(
  position: Index,
  tap: Index,
  { stride, padding, dilation }: WindowAttrs,
  axis: 0 | 1,
  outputs: number,
  extents: Extents,
): { readonly index: Index; readonly guards: readonly Guard[] } {
  const moved = shiftIndex(addIndices(position, scaleIndex(tap, -dilation[axis])), padding[axis]);
  const index = floorDivide(moved, stride[axis], extents);
  const range: Guard = { index, lower: 0, upper: outputs };
  return { index, guards: stride[axis] === 1 ? [range] : [{ index: modulo(moved, stride[axis], extents), lower: 0, upper: 1 }, range] };
}
