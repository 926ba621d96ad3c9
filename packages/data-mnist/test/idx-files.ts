import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

/** The bytes of an IDX file: type, shape as big-endian u32, then `elements` as they are. */
export function idx(type: number, shape: readonly number[], elements: readonly number[]): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * shape.length));
  header.setUint8(2, type);
  header.setUint8(3, shape.length);
  shape.forEach((dim, axis) => header.setUint32(4 + 4 * axis, dim));
  return Uint8Array.from([...new Uint8Array(header.buffer), ...elements]);
}

/** Images of 2 x 3 whose pixels are `start`, `start + 1`, ... */
export function imageFile(count: number, start = 0): Uint8Array {
  const pixels = Array.from({ length: count * 6 }, (_, i) => start + i);
  return idx(0x08, [count, 2, 3], pixels);
}

export function labelFile(labels: readonly number[]): Uint8Array {
  return idx(0x08, [labels.length], labels);
}

export type Files = Readonly<Record<string, Uint8Array>>;

/** Three training and two test images. */
export const FILES: Files = {
  'train-images-idx3-ubyte': imageFile(3),
  'train-labels-idx1-ubyte': labelFile([5, 0, 4]),
  't10k-images-idx3-ubyte': imageFile(2, 100),
  't10k-labels-idx1-ubyte': labelFile([7, 2]),
};

export function gzipped(files: Files): Files {
  return Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes)]));
}

export function without(files: Files, ...names: readonly string[]): Files {
  return Object.fromEntries(Object.entries(files).filter(([name]) => !names.includes(name)));
}

/** Runs `use` with a directory that holds `files`, and removes it. */
export async function withDirectory<T>(files: Files, use: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(path.join(tmpdir(), 'netwright-idx-'));
  try {
    for (const [name, bytes] of Object.entries(files)) await writeFile(path.join(directory, name), bytes);
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}
