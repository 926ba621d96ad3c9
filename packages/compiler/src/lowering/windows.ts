// Positions of windows over images [N, C, H, W], in both directions. Axis 0 is the height, axis 1 the width.

import type { Padding, Pair } from '@netwright/ir';
import { addIndices, floorDivide, modulo, scaleIndex, shiftIndex, type Extents } from '../kernels/index-algebra.ts';
import type { Guard, Index } from '../kernels/index-expression.ts';

export interface WindowAttrs {
  readonly stride: Pair;
  readonly padding: Padding;
  readonly dilation: Pair;
}

/** The image position that a tap of an output's window reads: `output * stride - padding + tap * dilation`. */
export function windowPosition(output: Index, tap: Index, attrs: WindowAttrs, axis: 0 | 1): Index {
  const { stride, padding, dilation } = attrs;
  return shiftIndex(addIndices(scaleIndex(output, stride[axis]), scaleIndex(tap, dilation[axis])), -padding[axis]);
}

/** Guards of a position inside an image. */
export function insideImage(row: Index, column: Index, [, , height, width]: readonly number[]): readonly Guard[] {
  return [
    { index: row, lower: 0, upper: height },
    { index: column, lower: 0, upper: width },
  ];
}

export interface WindowSource {
  readonly row: Index;
  readonly column: Index;
  /** Where there is such an output. */
  readonly guards: readonly Guard[];
}

/** The output of `shape` whose window reads an image position through a tap. */
export function windowSource(
  position: IndexPair,
  tap: IndexPair,
  attrs: WindowAttrs,
  shape: readonly number[],
  extents: Extents,
): WindowSource {
  const guards: Guard[] = [];
  const along = (axis: 0 | 1): Index => {
    const { stride, padding, dilation } = attrs;
    const moved = shiftIndex(addIndices(position[axis], scaleIndex(tap[axis], -dilation[axis])), padding[axis]);
    const index = floorDivide(moved, stride[axis], extents);
    if (stride[axis] > 1) guards.push({ index: modulo(moved, stride[axis], extents), lower: 0, upper: 1 });
    guards.push({ index, lower: 0, upper: shape[axis + 2] });
    return index;
  };
  return { row: along(0), column: along(1), guards };
}

export type IndexPair = readonly [Index, Index];
