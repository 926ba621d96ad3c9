// Tensors of files as operands of graphs and programs.

import type { TensorData } from '@netwright/compiler';
import { tensorType, type DType, type TensorType } from '@netwright/ir';
import type { SafetensorsTensor } from '@netwright/weights';

const DTYPES: Readonly<Record<string, DType>> = { F32: 'f32', I32: 'i32', I64: 'i32', U8: 'u8', BOOL: 'bool' };

export function typeOf({ dtype, shape }: SafetensorsTensor): TensorType {
  return tensorType(DTYPES[dtype], shape);
}

export function dataOf({ dtype, shape, data }: SafetensorsTensor): TensorData {
  if (data instanceof BigInt64Array) return { dtype: 'i32', shape, data: Int32Array.from(data, Number) };
  if (data instanceof Float32Array || data instanceof Int32Array || data instanceof Uint8Array)
    return { dtype: DTYPES[dtype], shape, data };
  throw new RangeError(`${dtype} is not an element type of the oracle`);
}
