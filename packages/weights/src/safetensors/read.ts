// Reading safetensors, https://github.com/huggingface/safetensors#format.

import { readHeader, type TensorEntry } from './header.ts';
import { DTYPES, type SafetensorsDType, type SafetensorsFile, type SafetensorsTensor } from './types.ts';
import { widenBf16, widenF16 } from './widen.ts';

/** What becomes of 16-bit floats, for which JavaScript has no array. */
export interface ReadOptions {
  /** Give F16 and BF16 tensors as F32, which holds their values exactly. Default false: their bit patterns. */
  readonly widen?: boolean;
}

/**
 * The tensors of a file that is in memory, on a little-endian machine. Data that lies at a multiple of its element size is a
 * view of `bytes`, other data a copy.
 *
 * @throws NetwrightError when the file is not exactly as the format says:
 *   `safetensors.truncated` (the file ends before the header or the tensors do), `safetensors.headerSize` (over 100 MB),
 *   `safetensors.json`, `safetensors.duplicate` (names), `safetensors.metadata`, `safetensors.entry`, `safetensors.dtype`,
 *   `safetensors.shape`, `safetensors.byteCount` (offsets do not fit the shape), `safetensors.overlap`, `safetensors.hole`,
 *   `safetensors.trailing` (bytes that no tensor owns).
 */
export function readSafetensors(bytes: Uint8Array | ArrayBuffer, { widen = false }: ReadOptions = {}): SafetensorsFile {
  const file = bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes;
  const { entries, metadata, dataStart } = readHeader(file);
  const tensors = new Map<string, SafetensorsTensor>();
  for (const entry of entries) {
    const tensor = readTensor(file, dataStart, entry);
    tensors.set(entry.name, widen ? widened(tensor) : tensor);
  }
  return { tensors, metadata };
}

function readTensor(file: Uint8Array, dataStart: number, entry: TensorEntry): SafetensorsTensor {
  const { dtype, shape, elements, begin, end } = entry;
  const offset = file.byteOffset + dataStart + begin;
  const aligned = offset % DTYPES[dtype].bytes === 0;
  const buffer = aligned ? file.buffer : file.slice(dataStart + begin, dataStart + end).buffer;
  return tensorOf(dtype, shape, DTYPES[dtype].view(buffer, aligned ? offset : 0, elements));
}

/** Joins a type and its array; the pair comes from one row of `DTYPES`. */
function tensorOf(
  dtype: SafetensorsDType,
  shape: readonly number[],
  data: SafetensorsTensor['data'],
): SafetensorsTensor {
  return { dtype, shape, data } as SafetensorsTensor;
}

function widened(tensor: SafetensorsTensor): SafetensorsTensor {
  if (tensor.dtype === 'F16') return { dtype: 'F32', shape: tensor.shape, data: widenF16(tensor.data) };
  if (tensor.dtype === 'BF16') return { dtype: 'F32', shape: tensor.shape, data: widenBf16(tensor.data) };
  return tensor;
}
