import type { GradientRule, Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { binary, binaryType, evaluateBinary } from './elementwise.ts';
import { eq } from './eq.ts';
import { lt } from './lt.ts';
import { mul } from './mul.ts';
import { where } from './where.ts';

/**
 * Elementwise smaller of two f32 or i32 operands, with NumPy broadcasting; NaN where either is NaN. At ties each
 * operand gets half the gradient. Errors: `broadcast.shapes`, `minimum.operands`.
 */
export function minimum(a: Tensor | number, b: Tensor | number): Tensor {
  return binary(minimumPrimitive, a, b);
}

export const minimumPrimitive: Primitive<'minimum'> = {
  name: 'minimum',
  traits: { family: 'elementwise', commutative: true },
  infer: (inputs) => binaryType('minimum', inputs, ['f32', 'i32']),
  macs: () => 0,
  evaluate: (context) => evaluateBinary(context, Math.min),
};

export const minimumGradient: GradientRule<'minimum'> = ({ inputs: [a, b], grad, needs }) => {
  const shared = where(eq(a, b), mul(grad, 0.5), grad);
  return [needs[0] ? where(lt(b, a), 0, shared) : undefined, needs[1] ? where(lt(a, b), 0, shared) : undefined];
};
