// From the tensors of a published file to those of a network here.

import { bindShape, type Graph } from '@netwright/ir';
import type { SafetensorsTensor } from '../safetensors/types.ts';
import { widenBf16, widenF16 } from '../safetensors/widen.ts';

/** Floating-point tensors as F32; all others as they are. */
export function toSinglePrecision(tensor: SafetensorsTensor): SafetensorsTensor {
  const { shape } = tensor;
  switch (tensor.dtype) {
    case 'F64':
      return { dtype: 'F32', shape, data: Float32Array.from(tensor.data) };
    case 'F16':
      return { dtype: 'F32', shape, data: widenF16(tensor.data) };
    case 'BF16':
      return { dtype: 'F32', shape, data: widenBf16(tensor.data) };
    default:
      return tensor;
  }
}

/**
 * With zeros for the counters (states saved as I64, such as `num_batches_tracked`) that the file lacks: files from before torch 0.4.1 have none, and
 * torch fills them in likewise.
 */
export function withCounters(
  graph: Graph,
  tensors: ReadonlyMap<string, SafetensorsTensor>,
): Map<string, SafetensorsTensor> {
  const result = new Map(tensors);
  for (const [name, { type, serializedAs, persistent }] of Object.entries(graph.states)) {
    if (serializedAs !== 'I64' || !persistent || result.has(name)) continue;
    const shape = bindShape(type.shape, {});
    const count = shape.reduce((product, dim) => product * dim, 1);
    result.set(name, { dtype: 'I64', shape, data: new BigInt64Array(count) });
  }
  return result;
}
