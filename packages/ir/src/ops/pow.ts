import type { GradientRule, Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { binary, binaryType, evaluateBinary } from './elementwise.ts';
import { and } from './and.ts';
import { constantLike, filledValue } from './constant.ts';
import { eq } from './eq.ts';
import { le } from './le.ts';
import { log } from './log.ts';
import { mul } from './mul.ts';
import { sub } from './sub.ts';
import { where } from './where.ts';

/**
 * Elementwise `a^b` of f32 operands, with NumPy broadcasting: NaN for a negative base with a fractional exponent, 1
 * for exponent 0. Errors: `broadcast.shapes`, `pow.operands`.
 */
export function pow(a: Tensor | number, b: Tensor | number): Tensor {
  if (typeof a !== 'number' && a.dtype === 'f32') {
    if (b === 0) return constantLike(a, 1);
    if (b === 1) return a;
    if (b === 2) return mul(a, a);
  }
  return binary(powPrimitive, a, b);
}

export const powPrimitive: Primitive<'pow'> = {
  name: 'pow',
  traits: { family: 'elementwise' },
  infer: (inputs) => binaryType('pow', inputs, ['f32']),
  macs: () => 0,
  evaluate: (context) => evaluateBinary(context, power),
};

export const powGradient: GradientRule<'pow'> = ({ inputs: [a, b], output, grad, needs }) => [
  needs[0] ? baseGradient(a, b, grad) : undefined,
  needs[1] ? exponentGradient(a, b, output, grad) : undefined,
];

// The masks replace a base of 0 before it is used, not the result after: a masked infinity would give NaN one derivative later.

function baseGradient(a: Tensor, b: Tensor, grad: Tensor): Tensor | undefined {
  const exponent = filledValue(b);
  if (exponent === 0) return undefined;
  if (exponent !== undefined) return mul(grad, mul(pow(a, exponent - 1), exponent));
  const base = where(and(eq(a, 0), eq(b, 0)), 1, a);
  return mul(mul(grad, b), pow(base, sub(b, 1)));
}

function exponentGradient(a: Tensor, b: Tensor, output: Tensor, grad: Tensor): Tensor {
  const base = where(and(eq(a, 0), le(0, b)), 1, a);
  return mul(mul(grad, output), log(base));
}

/** As C's `pow`: JavaScript's `**` gives NaN for 1^NaN and (+-1)^(+-Infinity). */
function power(a: number, b: number): number {
  return a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b;
}
