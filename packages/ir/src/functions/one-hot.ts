import { broadcastTo } from '../ops/broadcast-to.ts';
import { cast } from '../ops/cast.ts';
import { eq } from '../ops/eq.ts';
import { iota } from '../ops/iota.ts';
import { reshape } from '../ops/reshape.ts';
import { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';

/**
 * f32 [.., classes] with 1 at the position that each i32 label names and 0 elsewhere; all 0 for a label outside. Errors:
 * `oneHot.operands`.
 */
export function oneHot(labels: Tensor, classes: number): Tensor {
  const check = new ShapeCheck('oneHot', [labels.type], labels.builder.scope);
  check.require(labels.dtype === 'i32', () => `element type ${labels.dtype} is not i32`);
  check.require(Number.isInteger(classes) && classes > 0, `${String(classes)} is not a number of classes`);
  check.done('i32 labels and a number of classes');
  const shape = [...labels.shape, classes];
  const positions = iota(labels.builder, shape, shape.length - 1);
  return cast(eq(broadcastTo(reshape(labels, [...labels.shape, 1]), shape), positions), 'f32');
}
