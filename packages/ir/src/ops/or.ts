import type { Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { binary, binaryType, evaluateBinary } from './elementwise.ts';

/**
 * Where at least one of two bool operands holds, with NumPy broadcasting. Errors: `broadcast.shapes`,
 * `or.operands`.
 */
export function or(a: Tensor, b: Tensor): Tensor {
  return binary(orPrimitive, a, b);
}

export const orPrimitive: Primitive<'or'> = {
  name: 'or',
  traits: { family: 'elementwise', commutative: true },
  infer: (inputs) => binaryType('or', inputs, ['bool']),
  macs: () => 0,
  evaluate: (context) => evaluateBinary(context, Math.max),
};
