// Entries of a zip archive as torch.save writes it: stored, not compressed.

import { fileError } from './errors.ts';

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const END_SIZE = 22;

/** Bytes of every entry by name. */
export function readStoredZip(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - END_SIZE;
  while (end >= 0 && view.getUint32(end, true) !== END) end--;
  if (end < 0) throw fileError('a zip archive without its end');
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if (at === 0xffffffff || count === 0xffff) throw fileError('a zip archive of more than 4 GiB or 65,534 entries');
  const entries = new Map<string, Uint8Array>();
  for (let entry = 0; entry < count; entry++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== CENTRAL) throw fileError('a damaged zip directory');
    const [method, size] = [view.getUint16(at + 10, true), view.getUint32(at + 24, true)];
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    const local = view.getUint32(at + 42, true);
    if (method !== 0) throw fileError(`a compressed entry ${name}`);
    if (local + 30 > bytes.length || view.getUint32(local, true) !== LOCAL) throw fileError(`no entry ${name}`);
    const begin = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    if (begin + size > bytes.length) throw fileError(`an entry ${name} that is cut off`);
    entries.set(name, bytes.subarray(begin, begin + size));
    at += 46 + nameLength + extra + comment;
  }
  return entries;
}
