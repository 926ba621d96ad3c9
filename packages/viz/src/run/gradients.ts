import { compile, type Backend } from '@netwright/compiler';
import { gradients, GraphBuilder, sum, tensorType } from '@netwright/ir';
import type { Point, Surface } from '../surfaces/surface.ts';
import { tensorData } from './numbers.ts';

/** The gradient at each point. */
export async function gradientsAt(
  surface: Pick<Surface, 'value'>,
  points: readonly Point[],
  backend: Backend,
): Promise<readonly Point[]> {
  const builder = new GraphBuilder();
  const type = tensorType('f32', [points.length]);
  const [x, y] = ['x', 'y'].map((name) => builder.input(name, type));
  const [dx, dy] = gradients(sum(surface.value(x, y)), [x, y]);
  builder.output('dx', dx);
  builder.output('dy', dy);
  const executable = await compile(builder.finish(), backend);
  const [xs, ys] = [0, 1].map((axis) =>
    tensorData(
      points.map((point) => point[axis]),
      [points.length],
      backend,
    ),
  );
  const results = await executable.run({ x: xs, y: ys });
  await executable.dispose();
  return points.map((_, index): Point => [results.dx.data[index], results.dy.data[index]]);
}
