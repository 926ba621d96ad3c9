// A curve with its derivatives, and an optimizer on it.

import { compile, type Backend } from '@netwright/compiler';
import { gradients, GraphBuilder, reshape, sum, tensorType, type Tensor } from '@netwright/ir';
import { curvatureOf, type Optimizer } from '@netwright/optim';
import { tensorData } from './numbers.ts';
import { walk } from './walk.ts';

export interface Curve {
  readonly name: string;
  readonly window: { readonly x: readonly [number, number]; readonly y: readonly [number, number] };
  readonly start: number;
  readonly minimum: number;
  /** Element by element. */
  value(x: Tensor): Tensor;
}

export interface Derivatives {
  readonly value: number;
  readonly slope: number;
  readonly curvature: number;
}

export async function curveValues(curve: Curve, xs: readonly number[], backend: Backend): Promise<readonly number[]> {
  const builder = new GraphBuilder();
  builder.output('value', curve.value(builder.input('x', tensorType('f32', [xs.length]))));
  const executable = await compile(builder.finish(), backend);
  const { value } = await executable.run({ x: tensorData(xs, [xs.length], backend) });
  await executable.dispose();
  return Array.from(value.data);
}

export async function derivativesAt(curve: Curve, x: number, backend: Backend): Promise<Derivatives> {
  const builder = new GraphBuilder();
  const point = builder.input('x', tensorType('f32', [1]));
  const value = sum(curve.value(point));
  builder.output('value', value);
  builder.output('slope', gradients(value, [point])[0]);
  builder.output('curvature', curvatureOf(value, [point]).hessian());
  const executable = await compile(builder.finish(), backend);
  const results = await executable.run({ x: tensorData([x], [1], backend) });
  await executable.dispose();
  return { value: results.value.data[0], slope: results.slope.data[0], curvature: results.curvature.data[0] };
}

/** The start and the point after each step. */
export async function descendCurve(
  curve: Curve,
  optimizer: Optimizer,
  steps: number,
  backend: Backend,
): Promise<readonly number[]> {
  const loss = (point: Tensor): Tensor => curve.value(reshape(point, []));
  const points = await walk({ loss, optimizer, steps, backend, start: [curve.start] });
  return points.map(([x]) => x);
}
