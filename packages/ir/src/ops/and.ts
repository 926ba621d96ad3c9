import type { Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { binary, binaryType, evaluateBinary } from './elementwise.ts';

/** Where both bool operands hold, with NumPy broadcasting. Errors: `broadcast.shapes`, `and.operands`. */
export function and(a: Tensor, b: Tensor): Tensor {
  return binary(andPrimitive, a, b);
}

export const andPrimitive: Primitive<'and'> = {
  name: 'and',
  traits: { family: 'elementwise', commutative: true },
  infer: (inputs) => binaryType('and', inputs, ['bool']),
  macs: () => 0,
  evaluate: (context) => evaluateBinary(context, (a, b) => a * b),
};
