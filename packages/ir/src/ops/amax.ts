import type { GradientRule, Primitive } from '../primitive.ts';
import { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';
import { tensorType } from '../tensor-type.ts';
import { applyPrimitive } from './apply.ts';
import { checkAxes, normalizeAxes, reducedShape } from './axes.ts';
import { broadcastTo } from './broadcast-to.ts';
import { cast } from './cast.ts';
import { div } from './div.ts';
import { eq } from './eq.ts';
import { mul } from './mul.ts';
import { reductionStrides } from './reduction.ts';
import { reshape } from './reshape.ts';
import { elementCount, visitStrided } from './row-major.ts';
import { sum, type ReductionOptions } from './sum.ts';

/**
 * Largest element of an f32 or i32 tensor over `axes`, NaN where any is NaN. Its gradient is shared evenly among the
 * elements equal to it.
 *
 * Errors: `amax.axis`, `amax.axes`, `amax.operands` (also for a reduced axis of length 0).
 */
export function amax(x: Tensor, options: ReductionOptions = {}): Tensor {
  const axes = normalizeAxes('amax', x, options.axes);
  return axes.length === 0 ? x : applyPrimitive(amaxPrimitive, [x], { axes, keepDims: options.keepDims ?? false });
}

export const amaxPrimitive: Primitive<'amax'> = {
  name: 'amax',
  traits: { family: 'reduction' },
  infer: (inputs, { axes, keepDims }) => {
    const check = new ShapeCheck('amax', inputs);
    check.operands(1);
    const [x] = inputs;
    check.require(x.dtype === 'f32' || x.dtype === 'i32', () => `element type ${x.dtype} is not one of f32, i32`);
    checkAxes(check, axes, x.shape.length);
    for (const axis of axes) check.require(x.shape[axis] !== 0, `axis ${String(axis)} has no elements`);
    check.done('a numeric operand and axes of it', 'convert it with cast');
    return tensorType(x.dtype, reducedShape(x.shape, axes, keepDims));
  },
  macs: () => 0,
  evaluate: ({ inputs: [x], attrs: { axes }, shape }) => {
    const result = new Float64Array(elementCount(shape)).fill(-Infinity);
    visitStrided(x.shape, reductionStrides(x.shape, axes), 0, (position, at) => {
      result[at] = Math.max(result[at], x.data[position]);
    });
    return result;
  },
};

export const amaxGradient: GradientRule<'amax'> = ({ inputs: [x], output, grad, attrs: { axes } }) => {
  const kept = reducedShape(x.shape, axes, true);
  const winners = cast(eq(x, broadcastTo(reshape(output, kept), x.shape)), 'f32');
  const share = div(reshape(grad, kept), sum(winners, { axes, keepDims: true }));
  return [mul(winners, share)];
};
