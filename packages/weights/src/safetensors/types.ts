// Element types and tensors of the safetensors format, https://github.com/huggingface/safetensors#format.

/** Typed array of each element type. F16 and BF16 are their bit patterns; BOOL is one byte, 0 or 1. */
export interface SafetensorsArrays {
  readonly BOOL: Uint8Array;
  readonly U8: Uint8Array;
  readonly I8: Int8Array;
  readonly U16: Uint16Array;
  readonly I16: Int16Array;
  readonly F16: Uint16Array;
  readonly BF16: Uint16Array;
  readonly U32: Uint32Array;
  readonly I32: Int32Array;
  readonly F32: Float32Array;
  readonly U64: BigUint64Array;
  readonly I64: BigInt64Array;
  readonly F64: Float64Array;
}

/** An element type by its name in the header of a file: `F32`, `I64`, `BF16`, ... */
export type SafetensorsDType = keyof SafetensorsArrays;

/** A row-major tensor; a scalar has shape `[]`. */
export type SafetensorsTensor = {
  [K in SafetensorsDType]: {
    readonly dtype: K;
    readonly shape: readonly number[];
    readonly data: SafetensorsArrays[K];
  };
}[SafetensorsDType];

/** What a file holds. */
export interface SafetensorsFile {
  /** In the order of the file's header. */
  readonly tensors: ReadonlyMap<string, SafetensorsTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The name that the format keeps for metadata. */
export const METADATA_NAME = '__metadata__';

/** Bytes before the header: its length. */
export const LENGTH_BYTES = 8;

/** Largest header that a reader must accept, from the format's description. */
export const MAX_HEADER_BYTES = 100_000_000;

type View<T> = (buffer: ArrayBufferLike, offset: number, length: number) => T;

interface DTypeRecord<K extends SafetensorsDType> {
  readonly bytes: number;
  readonly arrayName: string;
  view(...where: Parameters<View<unknown>>): Extract<SafetensorsTensor, { readonly dtype: K }>['data'];
}

/** Size of an element and view of a buffer, by type. */
export const DTYPES: { readonly [K in SafetensorsDType]: DTypeRecord<K> } = {
  BOOL: { bytes: 1, arrayName: 'Uint8Array', view: (...where) => new Uint8Array(...where) },
  U8: { bytes: 1, arrayName: 'Uint8Array', view: (...where) => new Uint8Array(...where) },
  I8: { bytes: 1, arrayName: 'Int8Array', view: (...where) => new Int8Array(...where) },
  U16: { bytes: 2, arrayName: 'Uint16Array', view: (...where) => new Uint16Array(...where) },
  I16: { bytes: 2, arrayName: 'Int16Array', view: (...where) => new Int16Array(...where) },
  F16: { bytes: 2, arrayName: 'Uint16Array', view: (...where) => new Uint16Array(...where) },
  BF16: { bytes: 2, arrayName: 'Uint16Array', view: (...where) => new Uint16Array(...where) },
  U32: { bytes: 4, arrayName: 'Uint32Array', view: (...where) => new Uint32Array(...where) },
  I32: { bytes: 4, arrayName: 'Int32Array', view: (...where) => new Int32Array(...where) },
  F32: { bytes: 4, arrayName: 'Float32Array', view: (...where) => new Float32Array(...where) },
  U64: { bytes: 8, arrayName: 'BigUint64Array', view: (...where) => new BigUint64Array(...where) },
  I64: { bytes: 8, arrayName: 'BigInt64Array', view: (...where) => new BigInt64Array(...where) },
  F64: { bytes: 8, arrayName: 'Float64Array', view: (...where) => new Float64Array(...where) },
};

/** Elements of a shape, or undefined when it is not a list of counts or the product is not exact. */
export function elementCount(shape: readonly unknown[]): number | undefined {
  let count = 1;
  for (const dim of shape) {
    if (typeof dim !== 'number' || !Number.isSafeInteger(dim) || dim < 0) return undefined;
    count *= dim;
    if (!Number.isSafeInteger(count)) return undefined;
  }
  return count;
}
