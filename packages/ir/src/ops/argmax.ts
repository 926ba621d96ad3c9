import type { Primitive } from '../primitive.ts';
import { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';
import { tensorType } from '../tensor-type.ts';
import { applyPrimitive } from './apply.ts';
import { checkAxis, normalizeAxis, reducedShape } from './axes.ts';
import { reductionStrides } from './reduction.ts';
import { elementCount, rowMajorStrides, visitStrided } from './row-major.ts';

/**
 * i32 position along `axis` (default the last) of the first largest element of an f32 or i32 tensor; NaN counts as the
 * largest. The axis is removed. Errors: `argmax.axis`, `argmax.operands` (also for an axis of length 0).
 */
export function argmax(x: Tensor, axis = -1): Tensor {
  return applyPrimitive(argmaxPrimitive, [x], { axis: normalizeAxis('argmax', x, axis) });
}

export const argmaxPrimitive: Primitive<'argmax'> = {
  name: 'argmax',
  traits: { family: 'reduction' },
  infer: (inputs, { axis }) => {
    const check = new ShapeCheck('argmax', inputs);
    check.operands(1);
    const [x] = inputs;
    check.require(x.dtype === 'f32' || x.dtype === 'i32', () => `element type ${x.dtype} is not one of f32, i32`);
    if (checkAxis(check, axis, x.shape.length)) {
      check.require(x.shape[axis] !== 0, `axis ${String(axis)} has no elements`);
    }
    check.done('a numeric operand and an axis of it', 'convert it with cast');
    return tensorType('i32', reducedShape(x.shape, [axis], false));
  },
  macs: () => 0,
  evaluate: ({ inputs: [x], attrs: { axis }, shape }) => {
    const result = new Float64Array(elementCount(shape));
    const best = new Float64Array(result.length).fill(Number.NEGATIVE_INFINITY);
    const stride = rowMajorStrides(x.shape)[axis];
    visitStrided(x.shape, reductionStrides(x.shape, [axis]), 0, (position, at) => {
      const value = x.data[position];
      if (value > best[at] || (Number.isNaN(value) && !Number.isNaN(best[at]))) {
        best[at] = value;
        result[at] = Math.floor(position / stride) % x.shape[axis];
      }
    });
    return result;
  },
};
