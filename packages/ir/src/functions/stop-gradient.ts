import { callFunction, defineFunction } from '../function.ts';
import type { Tensor } from '../tensor.ts';

/** x itself, through which no gradient passes (`detach`). */
export function stopGradient(x: Tensor): Tensor {
  return callFunction(stopGradientFunction, [x], {})[0];
}

export const stopGradientFunction = defineFunction({
  name: 'stopGradient',
  expand: ([x]) => [x],
  gradient: () => [undefined],
});
