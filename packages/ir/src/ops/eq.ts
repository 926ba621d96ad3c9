import type { Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { binary, binaryType, evaluateBinary } from './elementwise.ts';

/**
 * Where `a == b`, as bool, for operands of one element type, with NumPy broadcasting; NaN equals nothing. Errors:
 * `broadcast.shapes`, `eq.operands`.
 */
export function eq(a: Tensor | number, b: Tensor | number): Tensor {
  return binary(eqPrimitive, a, b);
}

export const eqPrimitive: Primitive<'eq'> = {
  name: 'eq',
  traits: { family: 'elementwise', commutative: true },
  infer: (inputs) => binaryType('eq', inputs, ['f32', 'i32', 'u8', 'bool'], 'bool'),
  macs: () => 0,
  evaluate: (context) => evaluateBinary(context, (a, b) => (a === b ? 1 : 0)),
};
