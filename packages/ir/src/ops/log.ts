import type { GradientRule, Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { evaluateUnary, unary, unaryType } from './elementwise.ts';
import { div } from './div.ts';

/** Elementwise natural logarithm of an f32 tensor: -Infinity at 0, NaN below. Errors: `log.operands`. */
export function log(x: Tensor): Tensor {
  return unary(logPrimitive, x);
}

export const logPrimitive: Primitive<'log'> = {
  name: 'log',
  traits: { family: 'elementwise' },
  infer: (inputs) => unaryType('log', inputs, ['f32']),
  macs: () => 0,
  evaluate: (context) => evaluateUnary(context, Math.log),
};

export const logGradient: GradientRule<'log'> = ({ inputs: [x], grad }) => [div(grad, x)];
