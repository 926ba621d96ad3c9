import type { Dim } from '../dim.ts';
import { NetwrightError } from '../errors.ts';
import type { GradientRule, Primitive } from '../primitive.ts';
import { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';
import { formatType, tensorType } from '../tensor-type.ts';
import { applyPrimitive } from './apply.ts';
import { normalizeAxis } from './axes.ts';
import { elementCount, rowMajorStrides, visitStrided } from './row-major.ts';
import { slicePrimitive } from './slice.ts';

/** Where copies of a value are put; the lists run parallel to `axes`. */
export interface PadOptions {
  /** Axes that the lists speak of, negative ones counted from the end; by default the first ones in order. */
  readonly axes?: readonly number[];
  /** Copies of `value` before the first element of each axis. Default 0. */
  readonly before?: readonly number[];
  /** Copies after the last. Default 0. */
  readonly after?: readonly number[];
  /** Copies between neighbours. Default 0. */
  readonly interior?: readonly number[];
  /** Default 0. */
  readonly value?: number;
}

/**
 * Surrounds and interleaves a tensor of any element type with a constant. An axis of symbolic length cannot be padded.
 *
 * Errors: `pad.axis`, `pad.options` for lists of different lengths, `pad.operands`.
 */
export function pad(x: Tensor, options: PadOptions): Tensor {
  const { axes, before, after, interior, value = 0 } = options;
  const lists = [axes, before, after, interior].filter((list) => list !== undefined);
  const count = lists[0]?.length ?? 0;
  const listed = (axes ?? Array.from({ length: count }, (_, i) => i)).map((axis) => normalizeAxis('pad', x, axis));
  if (lists.some(({ length }) => length !== count) || new Set(listed).size !== count) {
    throw new NetwrightError({
      code: 'pad.options',
      operation: 'pad',
      scope: x.builder.scope,
      expected: 'lists of one length, and each axis once',
      received: `${formatType(x.type)} with ${JSON.stringify({ axes, before, after, interior })}`,
    });
  }
  const spread = (list: readonly number[] = []): readonly number[] =>
    x.shape.map((_, axis) => (listed.includes(axis) ? (list[listed.indexOf(axis)] ?? 0) : 0));
  const attrs = { before: spread(before), after: spread(after), interior: spread(interior), value };
  const changes = [attrs.before, attrs.after, attrs.interior].some((list) => list.some((copies) => copies !== 0));
  return changes ? applyPrimitive(padPrimitive, [x], attrs) : x;
}

export const padPrimitive: Primitive<'pad'> = {
  name: 'pad',
  traits: { family: 'view' },
  infer: (inputs, { before, after, interior }) => {
    const check = new ShapeCheck('pad', inputs);
    check.operands(1);
    const [x] = inputs;
    const complete = check.require(
      [before, after, interior].every(({ length }) => length === x.shape.length),
      'before, after and interior do not have one entry for each axis',
    );
    const shape = x.shape.map((dim, axis): Dim => {
      if (!complete) return dim;
      const copies = [before[axis], after[axis], interior[axis]];
      check.require(
        copies.every((n) => Number.isInteger(n) && n >= 0),
        `[${copies.join(', ')}] copies on axis ${String(axis)} are not all integers of at least 0`,
      );
      if (typeof dim === 'number') return before[axis] + after[axis] + dim + Math.max(dim - 1, 0) * interior[axis];
      check.require(
        copies.every((n) => n === 0),
        `axis ${String(axis)} of symbolic length ${dim} cannot be padded`,
      );
      return dim;
    });
    check.done('copies before, after and between the elements of each axis');
    return tensorType(x.dtype, shape);
  },
  macs: () => 0,
  evaluate: ({ inputs: [x], attrs: { before, interior, value }, shape }) => {
    const result = new Float64Array(elementCount(shape)).fill(value);
    const strides = rowMajorStrides(shape);
    const first = before.reduce((sum, copies, axis) => sum + copies * strides[axis], 0);
    const steps = strides.map((stride, axis) => stride * (interior[axis] + 1));
    visitStrided(x.shape, steps, first, (position, at) => {
      result[at] = x.data[position];
    });
    return result;
  },
};

export const padGradient: GradientRule<'pad'> = ({ inputs: [x], grad, attrs: { before, interior } }) => {
  const ends = x.shape.map((dim, axis) =>
    typeof dim === 'number' ? before[axis] + (dim === 0 ? 0 : (dim - 1) * (interior[axis] + 1) + 1) : dim,
  );
  const steps = interior.map((copies) => copies + 1);
  return [applyPrimitive(slicePrimitive, [grad], { starts: before, ends, steps })];
};
