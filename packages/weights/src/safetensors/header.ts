// The header of a safetensors file: read and checked as a whole before any tensor is touched.

import { NetwrightError } from '@netwright/ir';
import { objectKeys } from './object-keys.ts';
import { DTYPES, elementCount, LENGTH_BYTES, MAX_HEADER_BYTES, METADATA_NAME, type SafetensorsDType } from './types.ts';

/** Where a tensor lies; offsets count from the end of the header. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: SafetensorsDType;
  readonly shape: readonly number[];
  readonly elements: number;
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  readonly entries: readonly TensorEntry[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Where the tensors' bytes start in the file. */
  readonly dataStart: number;
}

/** Reads the header of a whole file. See `readSafetensors` for the errors. */
export function readHeader(bytes: Uint8Array): Header {
  const length = headerLength(bytes);
  const { value, keys } = parseJson(bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length));
  const metadata = Object.hasOwn(value, METADATA_NAME) ? readMetadata(value[METADATA_NAME]) : {};
  const entries = keys.filter((key) => key !== METADATA_NAME).map((name) => readEntry(name, value[name]));
  const dataStart = LENGTH_BYTES + length;
  checkLayout(entries, bytes.length - dataStart);
  return { entries, metadata, dataStart };
}

function headerLength(bytes: Uint8Array): number {
  if (bytes.length < LENGTH_BYTES) {
    throw error('safetensors.truncated', {
      expected: `at least the ${String(LENGTH_BYTES)} bytes of the header's length`,
      received: `${String(bytes.length)} bytes`,
    });
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES)) {
    throw error('safetensors.headerSize', {
      expected: `a header of at most ${String(MAX_HEADER_BYTES)} bytes`,
      received: `a length of ${String(length)}`,
      hint: 'the file is damaged or not a safetensors file',
    });
  }
  const left = bytes.length - LENGTH_BYTES;
  if (length > BigInt(left)) {
    throw error('safetensors.truncated', {
      expected: `a header of ${String(length)} bytes`,
      received: `${String(left)} bytes after its length`,
    });
  }
  return Number(length);
}

interface ParsedHeader {
  readonly value: Readonly<Record<string, unknown>>;
  readonly keys: readonly string[];
}

function parseJson(bytes: Uint8Array): ParsedHeader {
  let value: unknown;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch (cause) {
    throw error('safetensors.json', {
      expected: 'a header of JSON in UTF-8',
      received: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
  if (!isRecord(value) || !text.startsWith('{')) {
    throw error('safetensors.json', { expected: 'a JSON object that starts at once', received: text.slice(0, 40) });
  }
  const { keys, duplicates } = objectKeys(text);
  if (duplicates.length > 0) {
    throw error('safetensors.duplicate', { expected: 'each name once', received: `${duplicates.join(', ')} twice` });
  }
  return { value, keys };
}

function readMetadata(value: unknown): Readonly<Record<string, string>> {
  if (isRecord(value) && Object.values(value).every((item) => typeof item === 'string')) {
    return value as Readonly<Record<string, string>>;
  }
  throw error('safetensors.metadata', {
    scope: METADATA_NAME,
    expected: 'an object of strings',
    received: JSON.stringify(value).slice(0, 100),
  });
}

function readEntry(name: string, value: unknown): TensorEntry {
  if (!isRecord(value) || !Array.isArray(value.shape) || !isOffsets(value.data_offsets)) {
    throw error('safetensors.entry', {
      scope: name,
      expected: '{ dtype, shape, data_offsets: [begin, end] }',
      received: JSON.stringify(value).slice(0, 100),
    });
  }
  const { dtype, shape } = value;
  if (!isDType(dtype)) {
    throw error('safetensors.dtype', {
      scope: name,
      expected: `one of ${Object.keys(DTYPES).join(', ')}`,
      received: JSON.stringify(dtype) ?? 'none',
    });
  }
  const elements = elementCount(shape);
  if (elements === undefined || !isCounts(shape)) {
    throw error('safetensors.shape', {
      scope: name,
      expected: 'a shape of counts',
      received: JSON.stringify(shape).slice(0, 100),
    });
  }
  const [begin, end] = value.data_offsets;
  const size = elements * DTYPES[dtype].bytes;
  if (end - begin !== size) {
    throw error('safetensors.byteCount', {
      scope: name,
      expected: `${String(size)} bytes for ${dtype} [${shape.join(', ')}]`,
      received: `offsets ${String(begin)} to ${String(end)}`,
    });
  }
  return { name, dtype, shape, elements, begin, end };
}

/** The format allows neither overlaps nor holes: by offset, each tensor begins where the last one ended, and the file ends with the last. */
function checkLayout(entries: readonly TensorEntry[], available: number): void {
  const end = entries.reduce((largest, entry) => Math.max(largest, entry.end), 0);
  if (end > available) {
    throw error('safetensors.truncated', {
      expected: `${String(end)} bytes of tensors`,
      received: String(available),
      hint: 'the file was cut off, e.g. by an unfinished copy',
    });
  }
  let reached = 0;
  for (const { name, begin, end: next } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== reached) {
      throw error(begin < reached ? 'safetensors.overlap' : 'safetensors.hole', {
        scope: name,
        expected: `data from byte ${String(reached)}, where the data before it ends`,
        received: `data from byte ${String(begin)}`,
      });
    }
    reached = next;
  }
  if (reached !== available) {
    throw error('safetensors.trailing', {
      expected: `${String(reached)} bytes of tensors`,
      received: String(available),
      hint: 'the file is damaged: no tensor owns its last bytes',
    });
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isOffsets(value: unknown): value is readonly [number, number] {
  return Array.isArray(value) && value.length === 2 && isCounts(value);
}

function isCounts(value: readonly unknown[]): value is readonly number[] {
  return value.every((item) => Number.isSafeInteger(item) && Number(item) >= 0);
}

function isDType(value: unknown): value is SafetensorsDType {
  return typeof value === 'string' && Object.hasOwn(DTYPES, value);
}

function error(
  code: string,
  details: Omit<ConstructorParameters<typeof NetwrightError>[0], 'code' | 'operation'>,
): NetwrightError {
  return new NetwrightError({ code, operation: 'readSafetensors', ...details });
}
