import type { GradientRule, Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { binary, binaryType, evaluateBinary } from './elementwise.ts';

/**
 * Elementwise `a + b` of f32 or i32 (wrapping) operands, with NumPy broadcasting. Errors: `broadcast.shapes`,
 * `add.operands`.
 */
export function add(a: Tensor | number, b: Tensor | number): Tensor {
  return binary(addPrimitive, a, b);
}

export const addPrimitive: Primitive<'add'> = {
  name: 'add',
  traits: { family: 'elementwise', commutative: true },
  infer: (inputs) => binaryType('add', inputs, ['f32', 'i32']),
  macs: () => 0,
  evaluate: (context) =>
    evaluateBinary(
      context,
      (a, b) => a + b,
      (a, b) => (a + b) | 0,
    ),
};

export const addGradient: GradientRule<'add'> = ({ grad }) => [grad, grad];
