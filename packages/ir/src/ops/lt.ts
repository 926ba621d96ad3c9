import type { Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { binary, binaryType, evaluateBinary } from './elementwise.ts';

/**
 * Where `a < b`, as bool, for f32, i32 or u8 operands, with NumPy broadcasting; false where either is NaN. Errors:
 * `broadcast.shapes`, `lt.operands`.
 */
export function lt(a: Tensor | number, b: Tensor | number): Tensor {
  return binary(ltPrimitive, a, b);
}

export const ltPrimitive: Primitive<'lt'> = {
  name: 'lt',
  traits: { family: 'elementwise' },
  infer: (inputs) => binaryType('lt', inputs, ['f32', 'i32', 'u8'], 'bool'),
  macs: () => 0,
  evaluate: (context) => evaluateBinary(context, (a, b) => (a < b ? 1 : 0)),
};
