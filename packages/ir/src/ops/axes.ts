// Axes of operations: negative ones in public functions, normalised ones in attributes.

import type { Shape } from '../dim.ts';
import { NetwrightError } from '../errors.ts';
import type { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';
import { formatType } from '../tensor-type.ts';

/**
 * Axis `axis` of `x` counted from 0; negative ones count from the end, -1 being the last. `<operation>.axis`
 * outside the rank.
 */
export function normalizeAxis(operation: string, x: Tensor, axis: number, rank: number = x.shape.length): number {
  if (Number.isInteger(axis) && axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  throw new NetwrightError({
    code: `${operation}.axis`,
    operation,
    scope: x.builder.scope,
    expected: rank === 0 ? 'no axis, for a scalar' : `an axis from ${String(-rank)} to ${String(rank - 1)}`,
    received: `${String(axis)} for ${formatType(x.type)}`,
  });
}

/**
 * Normalised axes in ascending order, all axes when there are none given. `<operation>.axis` outside the rank,
 * `<operation>.axes` when one is repeated.
 */
export function normalizeAxes(operation: string, x: Tensor, axes: readonly number[] | undefined): readonly number[] {
  if (axes === undefined) return x.shape.map((_, axis) => axis);
  const normalized = axes.map((axis) => normalizeAxis(operation, x, axis)).sort((a, b) => a - b);
  if (normalized.every((axis, i) => axis !== normalized[i + 1])) return normalized;
  throw new NetwrightError({
    code: `${operation}.axes`,
    operation,
    scope: x.builder.scope,
    expected: 'each axis once',
    received: `[${axes.join(', ')}] for ${formatType(x.type)}`,
  });
}

/** Whether `axis` is an integer in [0, rank). */
export function checkAxis(check: ShapeCheck, axis: number, rank: number): boolean {
  return check.require(
    Number.isInteger(axis) && axis >= 0 && axis < rank,
    `axis ${String(axis)} is not one of the ${String(rank)} axes`,
  );
}

/** Whether `axes` are axes in ascending order, each once. */
export function checkAxes(check: ShapeCheck, axes: readonly number[], rank: number): boolean {
  const valid = axes.map((axis) => checkAxis(check, axis, rank)).every(Boolean);
  const ordered = check.require(
    axes.every((axis, i) => i === 0 || axis > axes[i - 1]),
    `axes [${axes.join(', ')}] are not in ascending order, each once`,
  );
  return valid && ordered;
}

/** `shape` without `axes`, or with length 1 there. */
export function reducedShape(shape: Shape, axes: readonly number[], keepDims: boolean): Shape {
  return shape.flatMap((dim, axis) => (axes.includes(axis) ? (keepDims ? [1] : []) : [dim]));
}
