// Tensors as text, bit for bit, between this process and a page.

import type { TensorData, TypedArray } from '@netwright/compiler';

export interface WireTensor {
  readonly dtype: TensorData['dtype'];
  readonly shape: readonly number[];
  readonly bytes: string;
}

const CHUNK = 0x8000;

export function encodeTensor({ dtype, shape, data }: TensorData): WireTensor {
  // Pages hold f32 tensors in single precision.
  const plain = data instanceof Float64Array ? Float32Array.from(data) : data;
  const bytes = new Uint8Array(plain.buffer, plain.byteOffset, plain.byteLength);
  let text = '';
  for (let at = 0; at < bytes.length; at += CHUNK) text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return { dtype, shape, bytes: btoa(text) };
}

export function decodeTensor({ dtype, shape, bytes }: WireTensor): TensorData {
  const { buffer } = Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0));
  return { dtype, shape, data: elements(dtype, buffer) };
}

function elements(dtype: TensorData['dtype'], buffer: ArrayBuffer): TypedArray {
  if (dtype === 'f32') return new Float32Array(buffer);
  return dtype === 'i32' ? new Int32Array(buffer) : new Uint8Array(buffer);
}
