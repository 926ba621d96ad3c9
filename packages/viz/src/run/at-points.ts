// Runs a function of the coordinates at many points at once.

import { compile, type Backend, type TypedArray } from '@netwright/compiler';
import { GraphBuilder, tensorType, type Tensor } from '@netwright/ir';
import type { Point } from '../surfaces/surface.ts';
import { tensorData } from './numbers.ts';

/** The values of each result by point; `compute` gets x and y as f32 [points]. */
export async function atPoints(
  points: readonly Point[],
  backend: Backend,
  compute: (x: Tensor, y: Tensor) => readonly Tensor[],
): Promise<readonly TypedArray[]> {
  const builder = new GraphBuilder();
  const type = tensorType('f32', [points.length]);
  const [x, y] = ['x', 'y'].map((name) => builder.input(name, type));
  const names = compute(x, y).map((result, index) => {
    builder.output(`result${String(index)}`, result);
    return `result${String(index)}`;
  });
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
  return names.map((name) => results[name].data);
}
