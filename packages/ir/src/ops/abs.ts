import type { GradientRule, Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { evaluateUnary, unary, unaryType } from './elementwise.ts';
import { mul } from './mul.ts';
import { sign } from './sign.ts';

/** Elementwise `|x|` of an f32 or i32 tensor (i32 wraps); the gradient at 0 is 0. Errors: `abs.operands`. */
export function abs(x: Tensor): Tensor {
  return unary(absPrimitive, x);
}

export const absPrimitive: Primitive<'abs'> = {
  name: 'abs',
  traits: { family: 'elementwise' },
  infer: (inputs) => unaryType('abs', inputs, ['f32', 'i32']),
  macs: () => 0,
  evaluate: (context) => evaluateUnary(context, Math.abs, (x) => Math.abs(x) | 0),
};

export const absGradient: GradientRule<'abs'> = ({ inputs: [x], grad }) => [mul(grad, sign(x))];
