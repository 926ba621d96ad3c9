import type { GradientRule, Primitive } from '../primitive.ts';
import { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';
import { tensorType } from '../tensor-type.ts';
import { applyPrimitive } from './apply.ts';
import { checkAxes, normalizeAxes, reducedShape } from './axes.ts';
import { broadcastTo } from './broadcast-to.ts';
import { reductionStrides } from './reduction.ts';
import { reshape } from './reshape.ts';
import { elementCount, visitStrided } from './row-major.ts';

/** Over which axes a tensor is reduced, and whether the result keeps their places. */
export interface ReductionOptions {
  /** Axes to reduce, negative ones counted from the end; all by default, none for an empty list. */
  readonly axes?: readonly number[];
  /** Whether reduced axes stay with length 1. Default false. */
  readonly keepDims?: boolean;
}

/**
 * Sum of an f32 or i32 (wrapping) tensor over `axes`; 0 over an axis of length 0.
 *
 * Errors: `sum.axis`, `sum.axes`, `sum.operands`.
 */
export function sum(x: Tensor, options: ReductionOptions = {}): Tensor {
  const axes = normalizeAxes('sum', x, options.axes);
  return axes.length === 0 ? x : applyPrimitive(sumPrimitive, [x], { axes, keepDims: options.keepDims ?? false });
}

export const sumPrimitive: Primitive<'sum'> = {
  name: 'sum',
  traits: { family: 'reduction' },
  infer: (inputs, { axes, keepDims }) => {
    const check = new ShapeCheck('sum', inputs);
    check.operands(1);
    const [x] = inputs;
    check.require(x.dtype === 'f32' || x.dtype === 'i32', () => `element type ${x.dtype} is not one of f32, i32`);
    checkAxes(check, axes, x.shape.length);
    check.done('a numeric operand and axes of it', 'convert it with cast');
    return tensorType(x.dtype, reducedShape(x.shape, axes, keepDims));
  },
  macs: () => 0,
  evaluate: ({ inputs: [x], inputTypes: [{ dtype }], attrs: { axes }, shape, round }) => {
    const result = new Float64Array(elementCount(shape));
    const narrow = dtype === 'i32' ? (value: number) => value | 0 : round;
    visitStrided(x.shape, reductionStrides(x.shape, axes), 0, (position, at) => {
      result[at] = narrow(result[at] + x.data[position]);
    });
    return result;
  },
};

export const sumGradient: GradientRule<'sum'> = ({ inputs: [x], grad, attrs: { axes } }) => [
  broadcastTo(reshape(grad, reducedShape(x.shape, axes, true)), x.shape),
];
