// A model: a graph that can be built, with what identifies it.

import type { Graph } from '@netwright/ir';

/** Options of an architecture by name, as a saved model carries them. */
export type ModelOptions = Readonly<Record<string, unknown>>;

/** What `train`, `weights` and the command line need to know of a network. Plain data but for `build`. */
export interface Model {
  /** Name of the variant, e.g. `resnet18`. */
  readonly name: string;
  readonly family: string;
  /** Options as resolved; with family and name they identify the graph. */
  readonly options: ModelOptions;
  /** `[channels, height, width]` of the input `image` [N, C, H, W]. */
  readonly inputShape: readonly [number, number, number];
  readonly classes: number;
  /**
   * The graph in training form: input `image`, output `logits` [N, classes] first, then any training-only outputs; running statistics as
   * updates. Inference form is `inferenceMode.run(graph)`.
   */
  build(): Graph<'image'>;
}
