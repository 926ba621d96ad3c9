import type { GradientRule, Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { evaluateUnary, unary, unaryType } from './elementwise.ts';
import { div } from './div.ts';
import { mul } from './mul.ts';

/** Elementwise square root of an f32 tensor: NaN below 0; the gradient at 0 is infinite. Errors: `sqrt.operands`. */
export function sqrt(x: Tensor): Tensor {
  return unary(sqrtPrimitive, x);
}

export const sqrtPrimitive: Primitive<'sqrt'> = {
  name: 'sqrt',
  traits: { family: 'elementwise' },
  infer: (inputs) => unaryType('sqrt', inputs, ['f32']),
  macs: () => 0,
  evaluate: (context) => evaluateUnary(context, Math.sqrt),
};

export const sqrtGradient: GradientRule<'sqrt'> = ({ output, grad }) => [div(mul(grad, 0.5), output)];
