// A line through data: half the mean squared error of `x a + y b` as a prediction of t.

import { add, constantTensor, mean, mul, reshape, slice, sub, type Shape, type Tensor } from '@netwright/ir';
import type { Point, Surface } from './surface.ts';

/** Two inputs and the number to predict. */
export type Sample = readonly [a: number, b: number, target: number];

/** The surface of two weights x and y over data. */
export function leastSquares(
  rows: readonly Sample[],
  options: Pick<Surface, 'name' | 'axes'> & {
    /** Half the width and height of the window around the minimum. */
    readonly reach: Point;
    /** The start, from the minimum. */
    readonly offset: Point;
  },
): Surface {
  const { reach, offset, ...rest } = options;
  const best = normalEquations(rows);
  const around = (axis: 0 | 1): readonly [number, number] => [best[axis] - reach[axis], best[axis] + reach[axis]];
  return {
    ...rest,
    window: { x: around(0), y: around(1) },
    start: [best[0] + offset[0], best[1] + offset[1]],
    minima: [best],
    value: (x, y) => meanError(x, y, constantTensor(x.builder, rows.flat(), [rows.length, 3])),
    samples: { rows, value: meanError },
  };
}

/** The best weights, by Cramer's rule. */
function normalEquations(rows: readonly Sample[]): Point {
  const moment = (i: number, j: number): number => rows.reduce((total, row) => total + row[i] * row[j], 0);
  const [aa, ab, bb, at, bt] = [moment(0, 0), moment(0, 1), moment(1, 1), moment(0, 2), moment(1, 2)];
  const determinant = aa * bb - ab * ab;
  return [(at * bb - bt * ab) / determinant, (bt * aa - at * ab) / determinant];
}

function meanError(x: Tensor, y: Tensor, rows: Tensor): Tensor {
  const column = (at: number): Tensor => {
    const values = slice(rows, { axes: [1], starts: [at], ends: [at + 1] });
    return reshape(values, rows.shape.slice(0, 1));
  };
  const weight = (tensor: Tensor): Tensor => reshape(tensor, [...tensor.shape, 1] satisfies Shape);
  const predicted = add(mul(weight(x), column(0)), mul(weight(y), column(1)));
  const residual = sub(predicted, column(2));
  return mul(mean(mul(residual, residual), { axes: [-1] }), 0.5);
}
