import type { Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { evaluateUnary, unary, unaryType } from './elementwise.ts';

/** Elementwise negation of a bool tensor. Errors: `not.operands`. */
export function not(x: Tensor): Tensor {
  return unary(notPrimitive, x);
}

export const notPrimitive: Primitive<'not'> = {
  name: 'not',
  traits: { family: 'elementwise' },
  infer: (inputs) => unaryType('not', inputs, ['bool']),
  macs: () => 0,
  evaluate: (context) => evaluateUnary(context, (x) => 1 - x),
};
