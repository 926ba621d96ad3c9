// What a picture is drawn from.

import type { Backend } from '@netwright/compiler';
import type { Optimizer } from '@netwright/optim';

interface Rate {
  readonly lr: number;
}

interface Heavy extends Rate {
  readonly momentum: number;
}

/** The optimizers that the pictures compare: factories, as their packages export them. */
export interface Optimizers {
  sgd(options: Rate): Optimizer;
  momentum(options: Heavy & { readonly lrInside?: boolean }): Optimizer;
  nesterov(options: Heavy & { readonly lookAhead?: boolean }): Optimizer;
  adagrad(options: Rate): Optimizer;
  rmsprop(options: Rate & { readonly alpha?: number }): Optimizer;
  adam(options: Rate): Optimizer;
  newton(options?: { readonly damping?: number }): Optimizer;
  newtonCg(options?: { readonly iterations?: number }): Optimizer;
}

/** What a figure is given to run and draw with; no figure knows a backend, a plugin or a browser. */
export interface FigureContext {
  readonly optimizers: Optimizers;
  /** Runs every graph. */
  readonly backend: Backend;
  /** Makes the SVG elements: the browser's, or linkedom's in Node. */
  readonly document: Document;
}

/** A picture that is computed anew whenever it is drawn. */
export interface Figure {
  /** File name without its ending. */
  readonly name: string;
  readonly title: string;
  draw(context: FigureContext): Promise<SVGElement>;
}
