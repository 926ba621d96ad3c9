import type { GradientRule, Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { evaluateUnary, unary, unaryType } from './elementwise.ts';
import { mul } from './mul.ts';

/** Elementwise `e^x` of an f32 tensor. Errors: `exp.operands`. */
export function exp(x: Tensor): Tensor {
  return unary(expPrimitive, x);
}

export const expPrimitive: Primitive<'exp'> = {
  name: 'exp',
  traits: { family: 'elementwise' },
  infer: (inputs) => unaryType('exp', inputs, ['f32']),
  macs: () => 0,
  evaluate: (context) => evaluateUnary(context, Math.exp),
};

export const expGradient: GradientRule<'exp'> = ({ output, grad }) => [mul(grad, output)];
