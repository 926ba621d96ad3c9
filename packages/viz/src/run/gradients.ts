import type { Backend } from '@netwright/compiler';
import { gradients, sum } from '@netwright/ir';
import type { Point, Surface } from '../surfaces/surface.ts';
import { atPoints } from './at-points.ts';

/** The gradient at each point. */
export async function gradientsAt(
  surface: Pick<Surface, 'value'>,
  points: readonly Point[],
  backend: Backend,
): Promise<readonly Point[]> {
  const [dx, dy] = await atPoints(points, backend, (x, y) => gradients(sum(surface.value(x, y)), [x, y]));
  return points.map((_, index): Point => [dx[index], dy[index]]);
}
