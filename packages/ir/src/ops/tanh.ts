import type { GradientRule, Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { evaluateUnary, unary, unaryType } from './elementwise.ts';
import { mul } from './mul.ts';
import { sub } from './sub.ts';

/** Elementwise hyperbolic tangent of an f32 tensor. Errors: `tanh.operands`. */
export function tanh(x: Tensor): Tensor {
  return unary(tanhPrimitive, x);
}

export const tanhPrimitive: Primitive<'tanh'> = {
  name: 'tanh',
  traits: { family: 'elementwise' },
  infer: (inputs) => unaryType('tanh', inputs, ['f32']),
  macs: () => 0,
  evaluate: (context) => evaluateUnary(context, Math.tanh),
};

export const tanhGradient: GradientRule<'tanh'> = ({ output, grad }) => [mul(grad, sub(1, mul(output, output)))];
