// Parameters and state as row-major arrays.

import type { Store, StoreEntry, TensorData, TypedArray } from '@netwright/compiler';
import { bindShape, equalTypes, formatType, NetwrightError, type DType } from '@netwright/ir';

interface Entry extends StoreEntry {
  readonly shape: readonly number[];
  readonly data: TypedArray;
}

export class LoopsStore implements Store {
  readonly backend = 'loops';
  version = 0;
  readonly #entries = new Map<string, Entry>();

  get entries(): readonly StoreEntry[] {
    return [...this.#entries.values()].map(({ name, type }) => ({ name, type }));
  }

  async declare(entries: readonly StoreEntry[]): Promise<void> {
    for (const { name, type } of entries) {
      const existing = this.#entries.get(name);
      if (existing !== undefined && !equalTypes(existing.type, type))
        throw wrongType('declare', name, formatType(existing.type), formatType(type));
      if (existing !== undefined) continue;
      const shape = bindShape(type.shape, {});
      const zeros = new Float64Array(shape.reduce((product, dim) => product * dim, 1));
      this.#entries.set(name, { name, type, shape, data: arrayOf(type.dtype, zeros) });
    }
  }

  async read(name: string): Promise<TensorData> {
    const { type, shape, data } = this.#entry('read', name);
    return { dtype: type.dtype, shape, data: data.slice() };
  }

  async write(name: string, { dtype, shape, data }: TensorData): Promise<void> {
    const entry = this.#entry('write', name);
    if (!equalTypes(entry.type, { dtype, shape }) || data.length !== entry.data.length) {
      const received = `${formatType({ dtype, shape })} with ${data.length} elements`;
      throw wrongType('write', name, formatType(entry.type), received);
    }
    entry.data.set(data);
    this.version++;
  }

  async dispose(): Promise<void> {
    this.#entries.clear();
  }

  /** The stored array itself. */
  data(name: string): TypedArray {
    return this.#entry('run', name).data;
  }

  #entry(operation: string, name: string): Entry {
    const entry = this.#entries.get(name);
    if (entry !== undefined) return entry;
    throw new NetwrightError({
      code: 'store.unknown',
      operation,
      scope: name,
      expected: 'the name of a declared entry',
      received: name,
    });
  }
}

export function arrayOf(dtype: DType, values: Float64Array): TypedArray {
  switch (dtype) {
    case 'f32':
      return Float32Array.from(values);
    case 'i32':
      return Int32Array.from(values);
    case 'u8':
    case 'bool':
      return Uint8Array.from(values);
  }
}

function wrongType(operation: string, name: string, expected: string, received: string): NetwrightError {
  return new NetwrightError({ code: 'store.type', operation, scope: name, expected, received });
}
