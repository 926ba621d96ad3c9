import { add, mul, sub } from '@netwright/ir';
import type { Surface } from './surface.ts';

/** `(1 - x)^2 + 100 (y - x^2)^2`, a curved valley. H. H. Rosenbrock, The Computer Journal 3, 1960. */
export const rosenbrock: Surface = {
  name: 'Rosenbrock',
  window: { x: [-1.8, 1.8], y: [-3.5, 2.3] },
  start: [-1.2, 1],
  minima: [[1, 1]],
  value(x, y) {
    const [miss, valley] = [sub(1, x), sub(y, mul(x, x))];
    return add(mul(miss, miss), mul(mul(valley, valley), 100));
  },
};
