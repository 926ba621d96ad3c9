// The part of a kernel that computes some positions of an output axis.

import type { Expr, Kernel } from '@netwright/compiler';
import { axisIndex, rewrite, rewriteIndex, type Rewriting } from '@netwright/compiler/kernels';

import { extentsOf } from './contraction.ts';

/**
 * `size` positions of the axis from `first` on.
 *
 * @param replacing - what else becomes of expressions, given what becomes of the axis.
 */
export function restrictAxis(
  kernel: Kernel,
  axis: number,
  first: number,
  size: number,
  replacing?: (rewriting: Rewriting) => Rewriting['replace'],
): Kernel {
  const moved: Rewriting = {
    axes: new Map([[axis, axisIndex(axis, 1, first)]]),
    extents: new Map([...extentsOf(kernel), [axis, size]]),
  };
  const rewriting = { ...moved, replace: replacing?.(moved) };
  const memo = new Map<Expr, Expr>();
  return {
    ...kernel,
    axes: kernel.axes.map((one) => (one.id === axis ? { id: axis, extent: size } : one)),
    outputs: kernel.outputs.map(({ buffer, index, value }) => ({
      buffer,
      index: index.map((one) => rewriteIndex(one, rewriting)),
      value: rewrite(value, rewriting, memo),
    })),
  };
}

/** The parts between successive bounds, the first 0 and the last the extent; each is named by its first position. */
export function cutAxis(
  kernel: Kernel,
  axis: number,
  bounds: readonly number[],
  replacing?: (rewriting: Rewriting) => Rewriting['replace'],
): readonly Kernel[] {
  return bounds.slice(1).map((end, at) => ({
    ...restrictAxis(kernel, axis, bounds[at], end - bounds[at], replacing),
    name: `${kernel.name}/${String(bounds[at])}`,
  }));
}
