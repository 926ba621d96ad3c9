import type { Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { binary, binaryType, evaluateBinary } from './elementwise.ts';

/**
 * Where `a <= b`, as bool, for f32, i32 or u8 operands, with NumPy broadcasting; false where either is NaN. Errors:
 * `broadcast.shapes`, `le.operands`.
 */
export function le(a: Tensor | number, b: Tensor | number): Tensor {
  return binary(lePrimitive, a, b);
}

export const lePrimitive: Primitive<'le'> = {
  name: 'le',
  traits: { family: 'elementwise' },
  infer: (inputs) => binaryType('le', inputs, ['f32', 'i32', 'u8'], 'bool'),
  macs: () => 0,
  evaluate: (context) => evaluateBinary(context, (a, b) => (a <= b ? 1 : 0)),
};
