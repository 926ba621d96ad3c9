// Quadratic bowls.

import { add, mul, type Tensor } from '@netwright/ir';
import type { Surface } from './surface.ts';

/** `(a x^2 + b y^2) / 2`. */
function bowl(a: number, b: number): Surface['value'] {
  return (x: Tensor, y: Tensor) => mul(add(mul(mul(x, x), a), mul(mul(y, y), b)), 0.5);
}

/** Curvature 1 in every direction. */
export const sphere: Surface = {
  name: 'Sphere',
  window: { x: [-4, 4], y: [-3, 3] },
  start: [-3.2, 2.2],
  minima: [[0, 0]],
  value: bowl(1, 1),
};

/** Curvature 1 along the valley and 40 across it, turned by 20 degrees. */
export const canyon: Surface = {
  name: 'Canyon',
  window: { x: [-4, 4], y: [-3, 3] },
  start: [-3.2, -0.1],
  minima: [[0, 0]],
  value(x, y) {
    const [c, s] = [Math.cos(Math.PI / 9), Math.sin(Math.PI / 9)];
    const along = add(mul(x, c), mul(y, s));
    const across = add(mul(y, c), mul(x, -s));
    return bowl(1, 40)(along, across);
  },
};

/** Curvature 1 along x and 6 along y. */
export const valley: Surface = {
  name: 'Valley',
  window: { x: [-4, 1.2], y: [-2.6, 2.4] },
  start: [-3.1, 1.85],
  minima: [[0, 0]],
  value: bowl(1, 6),
};
