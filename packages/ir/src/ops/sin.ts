import type { GradientRule, Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { evaluateUnary, unary, unaryType } from './elementwise.ts';
import { cos } from './cos.ts';
import { mul } from './mul.ts';

/** Elementwise sine of an f32 tensor in radians. Errors: `sin.operands`. */
export function sin(x: Tensor): Tensor {
  return unary(sinPrimitive, x);
}

export const sinPrimitive: Primitive<'sin'> = {
  name: 'sin',
  traits: { family: 'elementwise' },
  infer: (inputs) => unaryType('sin', inputs, ['f32']),
  macs: () => 0,
  evaluate: (context) => evaluateUnary(context, Math.sin),
};

export const sinGradient: GradientRule<'sin'> = ({ inputs: [x], grad }) => [mul(grad, cos(x))];
