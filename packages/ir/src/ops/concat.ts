import { formatShape } from '../dim.ts';
import { NetwrightError } from '../errors.ts';
import type { GradientRule, Primitive } from '../primitive.ts';
import { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';
import { tensorType, type TensorType } from '../tensor-type.ts';
import { applyPrimitive } from './apply.ts';
import { checkAxis, normalizeAxis } from './axes.ts';
import { elementCount } from './row-major.ts';
import { slice } from './slice.ts';

/**
 * Joins tensors of one element type along `axis` (negative ones counted from the end), in order; their other axes are equal,
 * and the joined one has no symbolic length.
 *
 * Errors: `concat.empty`, `concat.axis`, `concat.operands`.
 */
export function concat(tensors: readonly Tensor[], axis: number): Tensor {
  const first = tensors[0];
  if (first === undefined) {
    throw new NetwrightError({
      code: 'concat.empty',
      operation: 'concat',
      expected: 'at least one tensor',
      received: 'none',
    });
  }
  const normalized = normalizeAxis('concat', first, axis);
  return tensors.length === 1 ? first : applyPrimitive(concatPrimitive, tensors, { axis: normalized });
}

export const concatPrimitive: Primitive<'concat'> = {
  name: 'concat',
  traits: { family: 'view' },
  infer: (inputs, { axis }) => {
    const check = new ShapeCheck('concat', inputs);
    const first: TensorType | undefined = inputs[0];
    if (first === undefined) check.operands(1);
    let length = 0;
    if (checkAxis(check, axis, first.shape.length)) {
      for (const { dtype, shape } of inputs) {
        check.require(dtype === first.dtype, `element types ${first.dtype} and ${dtype} differ`);
        check.require(
          shape.length === first.shape.length && shape.every((dim, i) => i === axis || dim === first.shape[i]),
          () =>
            `shapes ${formatShape(first.shape)} and ${formatShape(shape)} differ in an axis other than ${String(axis)}`,
        );
        const dim = shape[axis];
        if (typeof dim === 'number') length += dim;
        else
          check.require(dim === undefined, () => `axis ${String(axis)} of ${formatShape(shape)} has symbolic length`);
      }
    }
    check.done('tensors of one element type that differ only in the joined axis');
    return tensorType(
      first.dtype,
      first.shape.map((dim, i) => (i === axis ? length : dim)),
    );
  },
  macs: () => 0,
  evaluate: ({ inputs, attrs: { axis }, shape }) => {
    const result = new Float64Array(elementCount(shape));
    const inner = elementCount(shape.slice(axis + 1));
    const row = shape[axis] * inner;
    let start = 0;
    for (const { shape: part, data } of inputs) {
      const run = part[axis] * inner;
      for (let from = 0, to = start; from < data.length; from += run, to += row)
        result.set(data.subarray(from, from + run), to);
      start += run;
    }
    return result;
  },
};

export const concatGradient: GradientRule<'concat'> = ({ inputs, grad, attrs: { axis }, needs }) => {
  let end = 0;
  return inputs.map(({ shape }, index) => {
    const start = end;
    end += Number(shape[axis]);
    return needs[index] ? slice(grad, { axes: [axis], starts: [start], ends: [end] }) : undefined;
  });
};
