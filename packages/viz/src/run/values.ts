// Values of a surface at many points at once.

import type { Backend } from '@netwright/compiler';
import type { Point, Surface } from '../surfaces/surface.ts';
import { atPoints } from './at-points.ts';

/** The whole loss at each point. */
export async function valuesAt(
  surface: Pick<Surface, 'value'>,
  points: readonly Point[],
  backend: Backend,
): Promise<readonly number[]> {
  const [values] = await atPoints(points, backend, (x, y) => [surface.value(x, y)]);
  return Array.from(values);
}

/** Values at the centres of a grid of cells over a window, row by row from the smallest y. */
export interface Grid {
  readonly columns: number;
  readonly rows: number;
  readonly values: readonly number[];
}

/** Values at the centres of `columns` x `rows` cells of the surface's window, computed in one run. */
export async function valueGrid(surface: Surface, columns: number, rows: number, backend: Backend): Promise<Grid> {
  const { x, y } = surface.window;
  const centre = ([low, high]: readonly [number, number], index: number, count: number): number =>
    low + ((index + 0.5) / count) * (high - low);
  const points = Array.from({ length: columns * rows }, (_, at): Point => [
    centre(x, at % columns, columns),
    centre(y, Math.floor(at / columns), rows),
  ]);
  return { columns, rows, values: await valuesAt(surface, points, backend) };
}
