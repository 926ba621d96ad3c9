import type { GradientRule, Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { binary, binaryType, evaluateBinary } from './elementwise.ts';
import { mul } from './mul.ts';
import { neg } from './neg.ts';

/** Elementwise `a / b` of f32 operands, with NumPy broadcasting. Errors: `broadcast.shapes`, `div.operands`. */
export function div(a: Tensor | number, b: Tensor | number): Tensor {
  return binary(divPrimitive, a, b);
}

export const divPrimitive: Primitive<'div'> = {
  name: 'div',
  traits: { family: 'elementwise' },
  infer: (inputs) => binaryType('div', inputs, ['f32']),
  macs: () => 0,
  evaluate: (context) => evaluateBinary(context, (a, b) => a / b),
};

export const divGradient: GradientRule<'div'> = ({ inputs: [, b], output, grad, needs }) => {
  const share = div(grad, b);
  return [share, needs[1] ? neg(mul(share, output)) : undefined];
};
