import type { Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { evaluateUnary, unary, unaryType } from './elementwise.ts';

/** Where an f32 tensor is neither NaN nor infinite, as bool. Errors: `isFinite.operands`. */
export function isFinite(x: Tensor): Tensor {
  return unary(isFinitePrimitive, x);
}

export const isFinitePrimitive: Primitive<'isFinite'> = {
  name: 'isFinite',
  traits: { family: 'elementwise' },
  infer: (inputs) => unaryType('isFinite', inputs, ['f32'], 'bool'),
  macs: () => 0,
  evaluate: (context) => evaluateUnary(context, (x) => (Number.isFinite(x) ? 1 : 0)),
};
