import type { GradientRule, Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { evaluateUnary, unary, unaryType } from './elementwise.ts';

/** Elementwise `-x` of an f32 or i32 tensor (i32 wraps). Errors: `neg.operands`. */
export function neg(x: Tensor): Tensor {
  return unary(negPrimitive, x);
}

export const negPrimitive: Primitive<'neg'> = {
  name: 'neg',
  traits: { family: 'elementwise' },
  infer: (inputs) => unaryType('neg', inputs, ['f32', 'i32']),
  macs: () => 0,
  evaluate: (context) =>
    evaluateUnary(
      context,
      (x) => -x,
      (x) => -x | 0,
    ),
};

export const negGradient: GradientRule<'neg'> = ({ grad }) => [neg(grad)];
