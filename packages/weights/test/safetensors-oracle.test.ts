// Files that PyTorch's side wrote: all are read, and writing them again gives the same bytes.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readSafetensors } from '../src/safetensors/read.ts';
import { writeSafetensors } from '../src/safetensors/write.ts';

const directory = fileURLToPath(new URL('../../../tools/oracle/data', import.meta.url));
const files = ['models', 'numerics'].flatMap((part) => {
  const folder = path.join(directory, part);
  return existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.safetensors'))
        .map((name) => path.join(part, name))
    : [];
});

describe('the files of the oracle', () => {
  it('are all there', () => {
    expect(files).toHaveLength(142);
  });

  it.each(files)('%s', (name) => {
    const bytes = readFileSync(path.join(directory, name));
    const { tensors, metadata } = readSafetensors(bytes);
    expect(tensors.size).toBeGreaterThan(0);
    for (const { shape, data } of tensors.values()) {
      expect(data).toHaveLength(shape.reduce((product, dim) => product * dim, 1));
    }
    expect(Buffer.compare(writeSafetensors(tensors, metadata), bytes)).toBe(0);
  });
});
