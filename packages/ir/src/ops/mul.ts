import type { GradientRule, Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { binary, binaryType, evaluateBinary } from './elementwise.ts';

/**
 * Elementwise `a * b` of f32 or i32 (wrapping) operands, with NumPy broadcasting. Errors: `broadcast.shapes`,
 * `mul.operands`.
 */
export function mul(a: Tensor | number, b: Tensor | number): Tensor {
  return binary(mulPrimitive, a, b);
}

export const mulPrimitive: Primitive<'mul'> = {
  name: 'mul',
  traits: { family: 'elementwise', commutative: true },
  infer: (inputs) => binaryType('mul', inputs, ['f32', 'i32']),
  macs: () => 0,
  evaluate: (context) => evaluateBinary(context, (a, b) => a * b, Math.imul),
};

export const mulGradient: GradientRule<'mul'> = ({ inputs: [a, b], grad, needs }) => [
  needs[0] ? mul(grad, b) : undefined,
  needs[1] ? mul(grad, a) : undefined,
];
