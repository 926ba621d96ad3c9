// Host tensors from plain numbers.

import type { Backend, TensorData, TypedArray } from '@netwright/compiler';
import { bindShape, type DType, type Graph, type TensorType } from '@netwright/ir';

export type Precision = Backend['capabilities']['precision'];
export type Dims = Readonly<Record<string, number>>;
export type Numbers = Readonly<Record<string, ArrayLike<number>>>;

/** A tensor of `type` in the arrays that a backend of that precision takes. */
export function tensorOf(
  { dtype, shape }: TensorType,
  data: ArrayLike<number>,
  precision: Precision,
  dims: Dims = {},
): TensorData {
  return { dtype, shape: bindShape(shape, dims), data: arrayOf(dtype, data, precision) };
}

/** The inputs of `graph` by name. */
export function inputsOf(graph: Graph, data: Numbers, precision: Precision, dims: Dims): Record<string, TensorData> {
  return Object.fromEntries(
    Object.entries(data).map(([name, numbers]) => [name, tensorOf(graph.inputs[name].type, numbers, precision, dims)]),
  );
}

function arrayOf(dtype: DType, data: ArrayLike<number>, precision: Precision): TypedArray {
  switch (dtype) {
    case 'f32':
      return precision === 'f64' ? Float64Array.from(data) : Float32Array.from(data);
    case 'i32':
      return Int32Array.from(data);
    case 'u8':
    case 'bool':
      return Uint8Array.from(data);
  }
}
