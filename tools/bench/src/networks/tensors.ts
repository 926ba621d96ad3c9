// Named float tensors in files.

import { readFile, writeFile } from 'node:fs/promises';
import { readSafetensors, writeSafetensors } from '@netwright/weights';

export interface FloatTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export type Tensors = ReadonlyMap<string, FloatTensor>;

export async function writeTensors(file: string, tensors: Tensors): Promise<void> {
  const entries = [...tensors].map(([name, { shape, data }]) => [name, { dtype: 'F32', shape, data }] as const);
  await writeFile(file, writeSafetensors(new Map(entries)));
}

export async function readTensors(file: string): Promise<Tensors> {
  const found = new Map<string, FloatTensor>();
  for (const [name, tensor] of readSafetensors(await readFile(file)).tensors) {
    if (tensor.dtype === 'F32') found.set(name, { shape: tensor.shape, data: tensor.data });
  }
  return found;
}

/** Labels are kept as floats in files. */
export function tensorOf(tensors: Tensors, name: string): FloatTensor {
  const found = tensors.get(name);
  if (found === undefined) throw new RangeError(`no tensor ${name}`);
  return found;
}
