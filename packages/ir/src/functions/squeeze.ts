import { NetwrightError } from '../errors.ts';
import { normalizeAxes, normalizeAxis } from '../ops/axes.ts';
import { reshape } from '../ops/reshape.ts';
import type { Tensor } from '../tensor.ts';
import { formatType } from '../tensor-type.ts';

/**
 * Removes axes of length 1: those listed, or all there are. Errors: `squeeze.axis`, `squeeze.axes`,
 * `squeeze.length`.
 */
export function squeeze(x: Tensor, axes?: readonly number[]): Tensor {
  const removed =
    axes === undefined ? x.shape.flatMap((dim, axis) => (dim === 1 ? [axis] : [])) : normalizeAxes('squeeze', x, axes);
  const long = removed.find((axis) => x.shape[axis] !== 1);
  if (long !== undefined) {
    throw new NetwrightError({
      code: 'squeeze.length',
      operation: 'squeeze',
      scope: x.builder.scope,
      expected: `length 1 in axis ${String(long)}`,
      received: formatType(x.type),
    });
  }
  return reshape(
    x,
    x.shape.filter((_, axis) => !removed.includes(axis)),
  );
}

/** Adds an axis of length 1 that becomes axis `axis` of the result; -1 adds it at the end. Errors: `unsqueeze.axis`. */
export function unsqueeze(x: Tensor, axis: number): Tensor {
  return reshape(x, x.shape.toSpliced(normalizeAxis('unsqueeze', x, axis, x.shape.length + 1), 0, 1));
}
