import type { GradientRule, Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { evaluateUnary, unary, unaryType } from './elementwise.ts';
import { mul } from './mul.ts';
import { neg } from './neg.ts';
import { sin } from './sin.ts';

/** Elementwise cosine of an f32 tensor in radians. Errors: `cos.operands`. */
export function cos(x: Tensor): Tensor {
  return unary(cosPrimitive, x);
}

export const cosPrimitive: Primitive<'cos'> = {
  name: 'cos',
  traits: { family: 'elementwise' },
  infer: (inputs) => unaryType('cos', inputs, ['f32']),
  macs: () => 0,
  evaluate: (context) => evaluateUnary(context, Math.cos),
};

export const cosGradient: GradientRule<'cos'> = ({ inputs: [x], grad }) => [neg(mul(grad, sin(x)))];
