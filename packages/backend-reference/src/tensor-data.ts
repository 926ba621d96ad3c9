// Between host tensors and the double-precision arrays that the reference computes with.

import type { TensorData } from '@netwright/compiler';
import type { DType } from '@netwright/ir';

export type Precision = 'f64' | 'f32';

export function fromTensorData({ data, dtype }: TensorData, precision: Precision): Float64Array {
  const values = Float64Array.from(data);
  return dtype === 'f32' && precision === 'f32' ? values.map(Math.fround) : values;
}

export function toTensorData(
  dtype: DType,
  shape: readonly number[],
  data: Float64Array,
  precision: Precision,
): TensorData {
  switch (dtype) {
    case 'f32':
      return { dtype, shape, data: precision === 'f64' ? data.slice() : Float32Array.from(data) };
    case 'i32':
      return { dtype, shape, data: Int32Array.from(data) };
    case 'u8':
    case 'bool':
      return { dtype, shape, data: Uint8Array.from(data) };
  }
}
