import type { GradientRule, Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { binary, binaryType, evaluateBinary } from './elementwise.ts';
import { neg } from './neg.ts';

/**
 * Elementwise `a - b` of f32 or i32 (wrapping) operands, with NumPy broadcasting. Errors: `broadcast.shapes`,
 * `sub.operands`.
 */
export function sub(a: Tensor | number, b: Tensor | number): Tensor {
  return binary(subPrimitive, a, b);
}

export const subPrimitive: Primitive<'sub'> = {
  name: 'sub',
  traits: { family: 'elementwise' },
  infer: (inputs) => binaryType('sub', inputs, ['f32', 'i32']),
  macs: () => 0,
  evaluate: (context) =>
    evaluateBinary(
      context,
      (a, b) => a - b,
      (a, b) => (a - b) | 0,
    ),
};

export const subGradient: GradientRule<'sub'> = ({ grad, needs }) => [grad, needs[1] ? neg(grad) : undefined];
