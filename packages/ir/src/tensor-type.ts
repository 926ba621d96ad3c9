// The type of a value: element type and shape.

import { equalShapes, formatShape, type Shape } from './dim.ts';

/** Element types. Room is left for `f16`. */
export type DType = 'f32' | 'i32' | 'u8' | 'bool';

/** What is known of a value before anything runs: f32[N, 3, 224, 224] has `dtype` f32 and four dimensions. */
export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** A type from its element type and shape; a dimension is a number or a symbol such as `N`. */
export function tensorType(dtype: DType, shape: Shape): TensorType {
  return { dtype, shape };
}

/** Whether element type and shape are the same, symbols by name. */
export function equalTypes(a: TensorType, b: TensorType): boolean {
  return a.dtype === b.dtype && equalShapes(a.shape, b.shape);
}

/** For instance `f32[N, 3, 224, 224]`. */
export function formatType(type: TensorType): string {
  return `${type.dtype}${formatShape(type.shape)}`;
}

/** Bytes of one element in memory. */
export const BYTES_PER_ELEMENT: Readonly<Record<DType, number>> = { f32: 4, i32: 4, u8: 1, bool: 1 };
