import type { Dim } from '../dim.ts';
import { NetwrightError } from '../errors.ts';
import type { GradientRule, Primitive } from '../primitive.ts';
import { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';
import { formatType, tensorType } from '../tensor-type.ts';
import { applyPrimitive } from './apply.ts';
import type { PrimitiveAttrs } from './attributes.ts';
import { normalizeAxis } from './axes.ts';
import { padPrimitive } from './pad.ts';
import { readStrided, rowMajorStrides } from './row-major.ts';

/** Which elements stay; the lists run parallel to `axes`. */
export interface SliceOptions {
  /** Axes that the other lists speak of, negative ones counted from the end; by default the first ones in order. */
  readonly axes?: readonly number[];
  /** First position; negative ones count from the end, and all are limited to the axis, as in NumPy. Default 0. */
  readonly starts?: readonly number[];
  /** Position after the last; likewise. Default the axis's length. */
  readonly ends?: readonly number[];
  /** At least 1. Default 1. */
  readonly steps?: readonly number[];
}

/**
 * Elements start, start + step, ... before end of each listed axis; other axes whole; any element type. An axis of
 * symbolic length can only be taken whole.
 *
 * Errors: `slice.axis`; `slice.options` for lists of different lengths or a symbolic axis; `slice.operands`.
 */
export function slice(x: Tensor, options: SliceOptions): Tensor {
  const attrs = normalize(x, options);
  const whole = x.shape.every(
    (dim, axis) => attrs.starts[axis] === 0 && attrs.ends[axis] === dim && attrs.steps[axis] === 1,
  );
  return whole ? x : applyPrimitive(slicePrimitive, [x], attrs);
}

function normalize(x: Tensor, { axes, starts, ends, steps }: SliceOptions): PrimitiveAttrs['slice'] {
  const lists = [axes, starts, ends, steps].filter((list) => list !== undefined);
  const count = lists[0]?.length ?? 0;
  const listed = (axes ?? Array.from({ length: count }, (_, i) => i)).map((axis) => normalizeAxis('slice', x, axis));
  const reasons: string[] = [];
  if (lists.some(({ length }) => length !== count)) reasons.push('axes, starts, ends and steps differ in length');
  if (new Set(listed).size !== listed.length) reasons.push('an axis is listed twice');
  const result = { starts: x.shape.map(() => 0), ends: [...x.shape], steps: x.shape.map(() => 1) };
  listed.forEach((axis, i) => {
    const dim = x.shape[axis];
    if (typeof dim === 'number') {
      result.starts[axis] = limit(starts?.[i] ?? 0, dim);
      result.ends[axis] = Math.max(limit(ends?.[i] ?? dim, dim), result.starts[axis]);
      result.steps[axis] = steps?.[i] ?? 1;
    } else if ((starts?.[i] ?? 0) !== 0 || ends?.[i] !== undefined || (steps?.[i] ?? 1) !== 1) {
      reasons.push(`axis ${String(axis)} of symbolic length ${dim} can only be taken whole`);
    }
  });
  if (reasons.length === 0) return result;
  throw new NetwrightError({
    code: 'slice.options',
    operation: 'slice',
    scope: x.builder.scope,
    expected: 'one start, end and step for each listed axis',
    received: formatType(x.type),
    reasons,
  });
}

/** `position` counted from the end when negative, within [0, dim]. */
function limit(position: number, dim: number): number {
  return Math.min(Math.max(position < 0 ? position + dim : position, 0), dim);
}

export const slicePrimitive: Primitive<'slice'> = {
  name: 'slice',
  traits: { family: 'view' },
  infer: (inputs, { starts, ends, steps }) => {
    const check = new ShapeCheck('slice', inputs);
    check.operands(1);
    const [x] = inputs;
    const complete = check.require(
      [starts, ends, steps].every(({ length }) => length === x.shape.length),
      'starts, ends and steps do not have one entry for each axis',
    );
    const shape = x.shape.map((dim, axis): Dim => {
      if (!complete) return dim;
      const [start, end, step] = [starts[axis], ends[axis], steps[axis]];
      if (typeof dim === 'string') {
        check.require(
          start === 0 && end === dim && step === 1,
          `axis ${String(axis)} of symbolic length ${dim} is not taken whole`,
        );
        return dim;
      }
      const inside =
        typeof end === 'number' && [start, end].every(Number.isInteger) && start >= 0 && start <= end && end <= dim;
      check.require(
        inside,
        `positions ${String(start)} to ${String(end)} are not in order inside axis ${String(axis)} of length ${String(dim)}`,
      );
      check.require(
        Number.isInteger(step) && step >= 1,
        `step ${String(step)} of axis ${String(axis)} is not a positive integer`,
      );
      return typeof end === 'number' ? Math.ceil((end - start) / step) : dim;
    });
    check.done('positions inside each axis and positive steps');
    return tensorType(x.dtype, shape);
  },
  macs: () => 0,
  evaluate: ({ inputs: [x], attrs: { starts, steps }, shape }) => {
    const strides = rowMajorStrides(x.shape);
    const first = starts.reduce((sum, start, axis) => sum + start * strides[axis], 0);
    return readStrided(
      x.data,
      shape,
      strides.map((stride, axis) => stride * steps[axis]),
      first,
    );
  },
};

export const sliceGradient: GradientRule<'slice'> = ({ inputs: [x], output, grad, attrs: { starts, steps } }) => {
  const after = x.shape.map((dim, axis) => {
    const taken = output.shape[axis];
    if (typeof dim !== 'number' || typeof taken !== 'number') return 0;
    return dim - starts[axis] - (taken === 0 ? 0 : (taken - 1) * steps[axis] + 1);
  });
  const interior = steps.map((step) => step - 1);
  return [applyPrimitive(padPrimitive, [grad], { before: starts, after, interior, value: 0 })];
};
