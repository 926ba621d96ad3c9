// A function of two variables, written in graph operations, with what a picture of it needs.

import type { Tensor } from '@netwright/ir';

/** A place on a surface. */
export type Point = readonly [x: number, y: number];

/** Data of which a surface is the mean loss, so that steps can be taken on a part of it. */
export interface Samples {
  /** One row of numbers for each sample. */
  readonly rows: readonly (readonly number[])[];
  /** Mean loss over `rows` [B, columns] at the scalars x and y. */
  value(x: Tensor, y: Tensor, rows: Tensor): Tensor;
}

/** A loss of two variables that optimizers are watched on. */
export interface Surface {
  readonly name: string;
  /** What the axes are; default x and y. */
  readonly axes?: readonly [string, string];
  /** The part that is drawn. */
  readonly window: { readonly x: readonly [number, number]; readonly y: readonly [number, number] };
  readonly start: Point;
  /** Local minima, the lowest first. */
  readonly minima: readonly Point[];
  readonly saddle?: Point;
  /** Element by element, for x and y of one shape, scalars too. */
  value(x: Tensor, y: Tensor): Tensor;
  /** The data that the loss is a mean over; a batch of it gives a noisy gradient. */
  readonly samples?: Samples;
}
