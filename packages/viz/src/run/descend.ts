// Runs an optimizer on a surface.

import type { Backend, TensorData } from '@netwright/compiler';
import { tensorType, type Tensor } from '@netwright/ir';
import type { Optimizer } from '@netwright/optim';
import { uniformSource } from '../surfaces/draw-samples.ts';
import type { Point, Samples, Surface } from '../surfaces/surface.ts';
import { coordinates } from './coordinates.ts';
import { tensorData } from './numbers.ts';
import { valuesAt } from './values.ts';
import { walk } from './walk.ts';

/** From where an optimizer starts on which surface, and how far it goes. */
export interface DescentOptions {
  readonly surface: Surface;
  readonly optimizer: Optimizer;
  readonly backend: Backend;
  readonly steps: number;
  /** Default the surface's. */
  readonly start?: Point;
  /** Samples of each step, drawn with replacement; default all of them. Only for surfaces that have samples. */
  readonly batch?: Batch;
  /** Initial values of the optimizer's state, by slot; default its own. */
  readonly state?: Readonly<Record<string, Point>>;
}

/** Number of samples in a step, and what decides which. */
export interface Batch {
  readonly size: number;
  readonly seed: number;
}

/** Where an optimizer went. */
export interface Path {
  /** The start and the point after each step; it ends early where a step leads out of all bounds. */
  readonly points: readonly Point[];
  /** The whole loss at each point. */
  readonly values: readonly number[];
}

/** Runs the optimizer in graphs on the backend, as training does, and gives its path. */
export async function descend(options: DescentOptions): Promise<Path> {
  const { surface, optimizer, backend, steps, start = surface.start, batch, state = {} } = options;
  const common = { optimizer, backend, steps, start, state };
  const { samples } = surface;
  const walked =
    batch === undefined || samples === undefined
      ? await walk({ ...common, loss: (point) => surface.value(...coordinates(point)) })
      : await walk({ ...common, ...onBatches(samples, batch, backend) });
  const points = walked.map(([x, y]): Point => [x, y]);
  return { points, values: await valuesAt(surface, points, backend) };
}

/** The loss of a batch, and a feed that draws one for each step. */
function onBatches({ rows, value }: Samples, { size, seed }: Batch, backend: Backend) {
  const random = uniformSource(seed);
  const shape = [size, rows[0].length];
  return {
    loss: (point: Tensor): Tensor =>
      value(...coordinates(point), point.builder.input('rows', tensorType('f32', shape))),
    feed: (): Readonly<Record<string, TensorData>> => {
      const drawn = Array.from({ length: size }, () => rows[Math.floor(random() * rows.length)]);
      return { rows: tensorData(drawn.flat(), shape, backend) };
    },
  };
}
