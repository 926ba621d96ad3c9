// IDX, the format of the MNIST files: two zero bytes, element type, number of axes, the axes' lengths as big-endian u32, then
// the elements, big-endian and row-major.

import { NetwrightError } from '@netwright/ir';

/** The elements of an IDX file. */
export type IdxElements =
  | { readonly dtype: 'u8'; readonly data: Uint8Array }
  | { readonly dtype: 'i8'; readonly data: Int8Array }
  | { readonly dtype: 'i16'; readonly data: Int16Array }
  | { readonly dtype: 'i32'; readonly data: Int32Array }
  | { readonly dtype: 'f32'; readonly data: Float32Array }
  | { readonly dtype: 'f64'; readonly data: Float64Array };

/** The elements of an IDX file in the array type of their kind, row-major, with the lengths of the axes. */
export type IdxArray = IdxElements & { readonly shape: readonly number[] };

/** Bytes of an element, by the type's byte in the magic number. */
const ELEMENT_BYTES: Readonly<Partial<Record<number, number>>> = {
  0x08: 1,
  0x09: 1,
  0x0b: 2,
  0x0c: 4,
  0x0d: 4,
  0x0e: 8,
};

/**
 * Reads an IDX file that is in memory, uncompressed. Elements of one byte are a view of the file, others a copy.
 *
 * @param file - name for messages.
 * @throws NetwrightError `idx.magic` when the file does not start like one, `idx.truncated` or `idx.trailing` when it is shorter or longer than its
 *   header says.
 */
export function parseIdx(bytes: Uint8Array | ArrayBuffer, file = 'IDX data'): IdxArray {
  const view =
    bytes instanceof ArrayBuffer ? new DataView(bytes) : new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  checkSize(file, view, 4, 'magic number');
  const type = view.getUint8(2);
  const elementBytes = view.getUint16(0) === 0 ? ELEMENT_BYTES[type] : undefined;
  if (elementBytes === undefined) {
    const magic = view.getUint32(0).toString(16).padStart(8, '0');
    throw magicError(file, 'two zero bytes, then an element type from 08 to 0e', `the magic number ${magic}`);
  }
  const axes = view.getUint8(3);
  const start = 4 + 4 * axes;
  checkSize(file, view, start, `header of ${String(axes)} axes`);
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  const count = shape.reduce((product, dim) => product * dim, 1);
  const end = start + count * elementBytes;
  checkSize(file, view, end, `array of ${shape.join(' x ')}`);
  if (view.byteLength > end) {
    throw sizeError('idx.trailing', file, `${String(end)} bytes for its array of ${shape.join(' x ')}`, view);
  }
  return { shape, ...readElements(type, view, start, count) };
}

/**
 * An IDX file of unsigned bytes with a known number of axes.
 *
 * @throws NetwrightError as `parseIdx` does; `idx.magic` for other IDX files too.
 */
export function parseIdxBytes(
  bytes: Uint8Array | ArrayBuffer,
  axes: number,
  file = 'IDX data',
): { readonly shape: readonly number[]; readonly data: Uint8Array } {
  const { dtype, shape, data } = parseIdx(bytes, file);
  if (dtype === 'u8' && shape.length === axes) return { shape, data };
  throw magicError(
    file,
    `unsigned bytes with ${String(axes)} axes (magic number 0000080${String(axes)})`,
    `${dtype} with ${String(shape.length)} axes`,
  );
}

function readElements(type: number, view: DataView, start: number, length: number): IdxElements {
  const place = view.byteOffset + start;
  switch (type) {
    case 0x08:
      return { dtype: 'u8', data: new Uint8Array(view.buffer, place, length) };
    case 0x09:
      return { dtype: 'i8', data: new Int8Array(view.buffer, place, length) };
    case 0x0b:
      return { dtype: 'i16', data: Int16Array.from({ length }, (_, i) => view.getInt16(start + 2 * i)) };
    case 0x0c:
      return { dtype: 'i32', data: Int32Array.from({ length }, (_, i) => view.getInt32(start + 4 * i)) };
    case 0x0d:
      return { dtype: 'f32', data: Float32Array.from({ length }, (_, i) => view.getFloat32(start + 4 * i)) };
    default:
      return { dtype: 'f64', data: Float64Array.from({ length }, (_, i) => view.getFloat64(start + 8 * i)) };
  }
}

function checkSize(file: string, view: DataView, bytes: number, what: string): void {
  if (view.byteLength < bytes) {
    throw sizeError('idx.truncated', file, `at least ${String(bytes)} bytes for its ${what}`, view);
  }
}

function sizeError(code: string, file: string, expected: string, view: DataView): NetwrightError {
  return new NetwrightError({
    code,
    operation: 'parseIdx',
    scope: file,
    expected,
    received: `${String(view.byteLength)} bytes`,
    hint: 'the file is damaged; fetch it again',
  });
}

function magicError(file: string, expected: string, received: string): NetwrightError {
  return new NetwrightError({
    code: 'idx.magic',
    operation: 'parseIdx',
    scope: file,
    expected,
    received,
    hint: 'the file is not the IDX file that its name says',
  });
}
