// The part of a kernel that computes some positions of an output axis.

import type { Expr, Kernel } from '@netwright/compiler';
import { axisIndex, rewrite, rewriteIndex } from '@netwright/compiler/kernels';

import { extentsOf } from './contraction.ts';

/** `size` positions of the axis from `first` on. */
export function restrictAxis(kernel: Kernel, axis: number, first: number, size: number): Kernel {
  const rewriting = {
    axes: new Map([[axis, axisIndex(axis, 1, first)]]),
    extents: new Map([...extentsOf(kernel), [axis, size]]),
  };
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
