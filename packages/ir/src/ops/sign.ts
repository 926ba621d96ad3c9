import type { GradientRule, Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { evaluateUnary, unary, unaryType } from './elementwise.ts';

/** Elementwise sign, -1, 0 or 1, of an f32 or i32 tensor; its gradient is 0 everywhere. Errors: `sign.operands`. */
export function sign(x: Tensor): Tensor {
  return unary(signPrimitive, x);
}

export const signPrimitive: Primitive<'sign'> = {
  name: 'sign',
  traits: { family: 'elementwise' },
  infer: (inputs) => unaryType('sign', inputs, ['f32', 'i32']),
  macs: () => 0,
  evaluate: (context) => evaluateUnary(context, Math.sign),
};

export const signGradient: GradientRule<'sign'> = () => [undefined];
