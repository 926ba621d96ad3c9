import { add, mul, sub } from '@netwright/ir';
import type { Surface } from './surface.ts';

/** `(1.5 - x + x y)^2 + (2.25 - x + x y^2)^2 + (2.625 - x + x y^3)^2`, flat in the middle and steep in the corners. E. M. L. Beale, 1958. */
export const beale: Surface = {
  name: 'Beale',
  window: { x: [-0.5, 4.7], y: [-1.6, 1.9] },
  start: [1, 1.5],
  minima: [[3, 0.5]],
  value(x, y) {
    const term = (constant: number, power: ReturnType<typeof mul>): ReturnType<typeof mul> => {
      const residual = add(sub(mul(x, power), x), constant);
      return mul(residual, residual);
    };
    const squared = mul(y, y);
    return add(add(term(1.5, y), term(2.25, squared)), term(2.625, mul(squared, y)));
  },
};
