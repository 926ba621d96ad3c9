import type { GradientRule, Primitive } from '../primitive.ts';
import { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';
import { tensorType } from '../tensor-type.ts';
import { applyPrimitive } from './apply.ts';
import { checkAxis, normalizeAxis } from './axes.ts';
import { gatherAdjoint } from './gather-adjoint.ts';
import { elementCount } from './row-major.ts';

/**
 * Elements of `x` along `axis` at the given positions: `out[a.., i.., b..] = x[a.., indices[i..], b..]`, so the axis is
 * replaced by the axes of `indices`. A position outside the axis gives 0.
 *
 * @param x - [a.., size, b..] of any element type.
 * @param indices - i32 of any shape.
 * @param axis - negative ones counted from the end; default 0. Errors: `gather.axis`, `gather.operands`.
 */
export function gather(x: Tensor, indices: Tensor, axis = 0): Tensor {
  return applyPrimitive(gatherPrimitive, [x, indices], { axis: normalizeAxis('gather', x, axis) });
}

export const gatherPrimitive: Primitive<'gather'> = {
  name: 'gather',
  traits: { family: 'gather' },
  infer: (inputs, { axis }) => {
    const check = new ShapeCheck('gather', inputs);
    check.operands(2);
    const [x, indices] = inputs;
    checkAxis(check, axis, x.shape.length);
    check.require(indices.dtype === 'i32', () => `the indices are ${indices.dtype}, not i32`);
    check.done('a tensor, i32 indices and an axis of the tensor');
    return tensorType(x.dtype, [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)]);
  },
  macs: () => 0,
  evaluate: ({ inputs: [x, indices], attrs: { axis }, shape }) => {
    const size = x.shape[axis];
    const inner = elementCount(x.shape.slice(axis + 1));
    const outer = elementCount(x.shape.slice(0, axis));
    const result = new Float64Array(elementCount(shape));
    let to = 0;
    for (let a = 0; a < outer; a++) {
      for (const position of indices.data) {
        const from = (a * size + position) * inner;
        if (position >= 0 && position < size) result.set(x.data.subarray(from, from + inner), to);
        to += inner;
      }
    }
    return result;
  },
};

export const gatherGradient: GradientRule<'gather'> = ({ inputs: [x, indices], grad, attrs: { axis } }) => [
  gatherAdjoint(grad, indices, axis, x.shape[axis]),
  undefined,
];
