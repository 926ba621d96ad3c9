import type { GradientRule, Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { binary, binaryType, evaluateBinary } from './elementwise.ts';
import { eq } from './eq.ts';
import { lt } from './lt.ts';
import { mul } from './mul.ts';
import { where } from './where.ts';

/**
 * Elementwise larger of two f32 or i32 operands, with NumPy broadcasting; NaN where either is NaN. At ties each
 * operand gets half the gradient. Errors: `broadcast.shapes`, `maximum.operands`.
 */
export function maximum(a: Tensor | number, b: Tensor | number): Tensor {
  return binary(maximumPrimitive, a, b);
}

export const maximumPrimitive: Primitive<'maximum'> = {
  name: 'maximum',
  traits: { family: 'elementwise', commutative: true },
  infer: (inputs) => binaryType('maximum', inputs, ['f32', 'i32']),
  macs: () => 0,
  evaluate: (context) => evaluateBinary(context, Math.max),
};

export const maximumGradient: GradientRule<'maximum'> = ({ inputs: [a, b], grad, needs }) => {
  const shared = where(eq(a, b), mul(grad, 0.5), grad);
  return [needs[0] ? where(lt(a, b), 0, shared) : undefined, needs[1] ? where(lt(b, a), 0, shared) : undefined];
};
