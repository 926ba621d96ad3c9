// The ends of the Hessian's spectrum, by Lanczos over products with the Hessian.

import { compile, type Backend } from '@netwright/compiler';
import { constantTensor, GraphBuilder, tensorType } from '@netwright/ir';
import { curvatureOf, lanczos, tridiagonalEigenvalues } from '@netwright/optim';
import type { Point, Surface } from '../surfaces/surface.ts';
import { coordinates } from './coordinates.ts';
import { tensorData } from './numbers.ts';

/** Curvature along the flattest and the steepest direction. */
export interface Spectrum {
  readonly smallest: number;
  readonly largest: number;
  /** Ratio of the two; undefined where the surface does not curve upwards in every direction. */
  readonly condition: number | undefined;
}

/** A direction that is none of the axes nor a simple turn of them. */
const DIRECTION = [0.83, 0.55];

/** Both eigenvalues of the Hessian of a surface at a point. */
export async function spectrumAt(surface: Pick<Surface, 'value'>, at: Point, backend: Backend): Promise<Spectrum> {
  const builder = new GraphBuilder();
  const point = builder.input('point', tensorType('f32', [2]));
  const { hvp } = curvatureOf(surface.value(...coordinates(point)), [point]);
  const { diagonal, offDiagonal } = lanczos(hvp, constantTensor(builder, DIRECTION, [2]), 2);
  builder.output('diagonal', diagonal);
  builder.output('offDiagonal', offDiagonal);
  const executable = await compile(builder.finish(), backend);
  const results = await executable.run({ point: tensorData(at, [2], backend) });
  await executable.dispose();
  const [smallest, largest] = tridiagonalEigenvalues(results.diagonal.data, results.offDiagonal.data);
  return { smallest, largest, condition: smallest > 0 ? largest / smallest : undefined };
}
