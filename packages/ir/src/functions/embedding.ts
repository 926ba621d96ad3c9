import { gather } from '../ops/gather.ts';
import { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';

/**
 * Rows of a table: i32 `indices` of any shape and `weight` [count, width] give [.., width]; zeros for an index outside.
 * Errors: `embedding.operands`.
 */
export function embedding(indices: Tensor, weight: Tensor): Tensor {
  const check = new ShapeCheck('embedding', [indices.type, weight.type], weight.builder.scope);
  check.require(indices.dtype === 'i32', () => `the indices are ${indices.dtype}, not i32`);
  check.require(weight.dtype === 'f32' && weight.shape.length === 2, 'the weight is not f32 [count, width]');
  check.done('i32 indices and a weight [count, width]');
  return gather(weight, indices, 0);
}
