import type { GradientRule, Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { evaluateUnary, unary, unaryType } from './elementwise.ts';
import { exp } from './exp.ts';
import { mul } from './mul.ts';
import { neg } from './neg.ts';

/**
 * Elementwise error function `2 / sqrt(pi) * integral of exp(-t^2) from 0 to x` of an f32 tensor. Errors:
 * `erf.operands`.
 */
export function erf(x: Tensor): Tensor {
  return unary(erfPrimitive, x);
}

export const erfPrimitive: Primitive<'erf'> = {
  name: 'erf',
  traits: { family: 'elementwise' },
  infer: (inputs) => unaryType('erf', inputs, ['f32']),
  macs: () => 0,
  evaluate: (context) => evaluateUnary(context, errorFunction),
};

export const erfGradient: GradientRule<'erf'> = ({ inputs: [x], grad }) => [
  mul(grad, mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI))),
];

/**
 * erf to double precision: Abramowitz and Stegun 7.1.6 (series of positive terms) near 0, 7.1.14 (continued
 * fraction) far from it.
 */
function errorFunction(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude < 3) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return ((2 * sum) / Math.sqrt(Math.PI)) * Math.exp(-x * x);
  }
  if (magnitude >= 6) return Math.sign(x);
  let fraction = magnitude;
  for (let n = 60; n >= 1; n--) fraction = magnitude + n / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-x * x) / (fraction * Math.sqrt(Math.PI)));
}
