// Layers one after the other, named by their position.

import type { Tensor } from '@netwright/ir';

/** A step of a network; it runs in a scope of its own. */
export type Layer = (x: Tensor) => Tensor;

/**
 * `layers` one after the other, each in the scope of its position (`0`, `1`, ..), as in `torch.nn.Sequential`; a layer that takes a name
 * gets the empty one.
 *
 * @param name - scope of the whole, e.g. `features`; default none.
 */
export function sequential(x: Tensor, layers: readonly Layer[], name = ''): Tensor {
  const { builder } = x;
  return builder.within(name, () =>
    layers.reduce((value, layer, position) => builder.within(String(position), () => layer(value)), x),
  );
}
