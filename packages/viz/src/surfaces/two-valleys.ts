import { add, mul, sub } from '@netwright/ir';
import type { Surface } from './surface.ts';

/** `x^4 - 2 x^2 + 0.4 x + y^2`: a deep valley on the left, a shallow one on the right, and a saddle between them. All three are roots of `4 x^3 - 4 x + 0.4`. */
export const twoValleys: Surface = {
  name: 'Two valleys',
  window: { x: [-1.8, 1.8], y: [-1.6, 1.6] },
  start: [0.3, 1.35],
  minima: [
    [-1.04668, 0],
    [0.94565, 0],
  ],
  saddle: [0.101031, 0],
  value(x, y) {
    const squared = mul(x, x);
    return add(add(sub(mul(squared, squared), mul(squared, 2)), mul(x, 0.4)), mul(y, y));
  },
};
