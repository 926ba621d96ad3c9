import { broadcastTo } from '../ops/broadcast-to.ts';
import { cast } from '../ops/cast.ts';
import { eq } from '../ops/eq.ts';
import { iota } from '../ops/iota.ts';
import { reshape } from '../ops/reshape.ts';
import type { Tensor } from '../tensor.ts';

/** f32 [.., classes] with 1 at the position that each i32 label names and 0 elsewhere; all 0 for a label outside. */
export function oneHot(labels: Tensor, classes: number): Tensor {
  const shape = [...labels.shape, classes];
  const positions = iota(labels.builder, shape, shape.length - 1);
  return cast(eq(broadcastTo(reshape(labels, [...labels.shape, 1]), shape), positions), 'f32');
}
