import type { GradientRule, Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { abs } from './abs.ts';
import { add } from './add.ts';
import { div } from './div.ts';
import { evaluateUnary, unary, unaryType } from './elementwise.ts';
import { mul } from './mul.ts';

/** Elementwise `x / (1 + |x|)` of an f32 tensor. Errors: `templateName.operands`. */
export function templateName(x: Tensor): Tensor {
  return unary(templateNamePrimitive, x);
}

export const templateNamePrimitive: Primitive<'templateName'> = {
  name: 'templateName',
  traits: { family: 'elementwise' },
  infer: (inputs) => unaryType('templateName', inputs, ['f32']),
  macs: () => 0,
  evaluate: (context) => evaluateUnary(context, (x) => x / (1 + Math.abs(x))),
};

export const templateNameGradient: GradientRule<'templateName'> = ({ inputs: [x], grad }) => {
  const scale = add(abs(x), 1);
  return [div(grad, mul(scale, scale))];
};
