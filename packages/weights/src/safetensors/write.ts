// Writing safetensors, https://github.com/huggingface/safetensors#format.

import { NetwrightError } from '@netwright/ir';
import { DTYPES, elementCount, LENGTH_BYTES, METADATA_NAME, type SafetensorsTensor } from './types.ts';

/**
 * The bytes of a safetensors file, on a little-endian machine. The header keeps the order of `tensors`; in the data, larger
 * elements come first (and otherwise that order), so that every tensor is aligned. Equal input gives equal bytes.
 *
 * @throws NetwrightError `safetensors.write` when a tensor's data does not fit its type or shape, or has the name that the format keeps for metadata.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, SafetensorsTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  checkTensors(tensors);
  const { begins, size } = layOut(tensors);
  const header = new TextEncoder().encode(headerText(tensors, begins, metadata));
  const headerSize = Math.ceil(header.length / 8) * 8;
  const bytes = new Uint8Array(LENGTH_BYTES + headerSize + size);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerSize), true);
  bytes.set(header, LENGTH_BYTES);
  bytes.fill(0x20, LENGTH_BYTES + header.length, LENGTH_BYTES + headerSize);
  for (const [name, { data }] of tensors) {
    const source = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    bytes.set(source, LENGTH_BYTES + headerSize + (begins.get(name) ?? 0));
  }
  return bytes;
}

interface Layout {
  readonly begins: ReadonlyMap<string, number>;
  readonly size: number;
}

function layOut(tensors: ReadonlyMap<string, SafetensorsTensor>): Layout {
  const begins = new Map<string, number>();
  let size = 0;
  for (const [name, { data }] of [...tensors].sort(([, a], [, b]) => DTYPES[b.dtype].bytes - DTYPES[a.dtype].bytes)) {
    begins.set(name, size);
    size += data.byteLength;
  }
  return { begins, size };
}

/** Put together by hand, because an object would move names that are numbers to the front. */
function headerText(
  tensors: ReadonlyMap<string, SafetensorsTensor>,
  begins: ReadonlyMap<string, number>,
  metadata: Readonly<Record<string, string>>,
): string {
  const members = Object.keys(metadata).length > 0 ? [member(METADATA_NAME, metadata)] : [];
  for (const [name, { dtype, shape, data }] of tensors) {
    const begin = begins.get(name) ?? 0;
    members.push(member(name, { dtype, shape, data_offsets: [begin, begin + data.byteLength] }));
  }
  return `{${members.join(',')}}`;
}

function member(name: string, value: unknown): string {
  return `${JSON.stringify(name)}:${JSON.stringify(value)}`;
}

function checkTensors(tensors: ReadonlyMap<string, SafetensorsTensor>): void {
  const reasons: string[] = [];
  for (const [name, { dtype, shape, data }] of tensors) {
    const elements = elementCount(shape);
    if (name === METADATA_NAME) reasons.push(`${name} is the format's name for metadata`);
    if (!Object.hasOwn(DTYPES, dtype)) reasons.push(`${name} has the unknown type ${dtype}`);
    else if (DTYPES[dtype].arrayName !== data[Symbol.toStringTag]) {
      reasons.push(`${name} is ${dtype} and needs a ${DTYPES[dtype].arrayName}, not a ${data[Symbol.toStringTag]}`);
    } else if (elements !== data.length) {
      reasons.push(`${name} has ${String(data.length)} elements, which do not make [${shape.join(', ')}]`);
    }
  }
  if (reasons.length === 0) return;
  throw new NetwrightError({
    code: 'safetensors.write',
    operation: 'writeSafetensors',
    expected: 'tensors whose data fits their type and shape',
    reasons,
  });
}
