// An activation with its own gradient: the function to start from.

import { add, callFunction, defineFunction, mul, sigmoid, sub, type Tensor } from '@netwright/ir';

export interface TemplateNameOptions {
  /** Steepness of the gate. Default 1. */
  readonly beta?: number;
}

/** `x * sigmoid(beta * x)`, element by element; the result has the shape of `x`, an f32 tensor. */
export function templateName(x: Tensor, { beta = 1 }: TemplateNameOptions = {}): Tensor {
  return callFunction(templateNameFunction, [x], { beta })[0];
}

/** `expand` is the meaning; `gradient` may be left out, then the expansion is differentiated. */
export const templateNameFunction = defineFunction<{ readonly beta: number }>({
  name: 'templateName',
  expand: ([x], { beta }) => [mul(x, sigmoid(mul(x, beta)))],
  gradient({ inputs: [x], grads: [g], attrs: { beta } }) {
    const gate = sigmoid(mul(x, beta));
    const slope = mul(mul(x, beta), mul(gate, sub(1, gate)));
    return [mul(g, add(gate, slope))];
  },
});
