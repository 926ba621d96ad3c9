import type { Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { elementwiseShape, binary, evaluateElementwise } from './elementwise.ts';

/** Elementwise `a + b`, with NumPy broadcasting. */
export function add(a: Tensor, b: Tensor | number): Tensor {
  return binary('add', a, b);
}

export const addPrimitive: Primitive<'add'> = {
  name: 'add',
  traits: { family: 'elementwise', commutative: true },
  infer: (inputs) => elementwiseShape('add', inputs, ['f32', 'i32']),
  vjp: ({ grad }) => [grad, grad],
  macs: () => 0,
  evaluate: ({ inputs }) => evaluateElementwise(inputs, (a, b) => a + b),
};
