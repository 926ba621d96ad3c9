// Parameters and state as row-major arrays.

import type { Store, StoreEntry, TensorData, TypedArray } from '@netwright/compiler';
import { bindShape, equalTypes, formatType, NetwrightError, type DType, type TensorType } from '@netwright/ir';

interface Entry {
  readonly type: TensorType;
  readonly shape: readonly number[];
  readonly data: TypedArray;
}

export class TemplateNameStore implements Store {
  readonly backend = 'template-name';
  version = 0;
  private readonly values = new Map<string, Entry>();

  get entries(): readonly StoreEntry[] {
    return [...this.values].map(([name, { type }]) => ({ name, type }));
  }

  async declare(entries: readonly StoreEntry[]): Promise<void> {
    for (const { name, type } of entries) {
      const existing = this.values.get(name);
      if (existing === undefined) {
        const shape = bindShape(type.shape, {});
        const size = shape.reduce((product, dim) => product * dim, 1);
        this.values.set(name, { type, shape, data: arrayOf(type.dtype, size) });
      } else if (!equalTypes(existing.type, type)) {
        throw typeError('declare', name, existing.type, formatType(type), 'use another store for another model');
      }
    }
  }

  async read(name: string): Promise<TensorData> {
    const { type, shape, data } = this.entry('read', name);
    return { dtype: type.dtype, shape, data: data.slice() };
  }

  async write(name: string, { dtype, shape, data }: TensorData): Promise<void> {
    const entry = this.entry('write', name);
    if (!equalTypes(entry.type, { dtype, shape }) || data.length !== entry.data.length) {
      throw typeError(
        'write',
        name,
        entry.type,
        `${formatType({ dtype, shape })} with ${String(data.length)} elements`,
      );
    }
    entry.data.set(data);
    this.version++;
  }

  async dispose(): Promise<void> {
    this.values.clear();
  }

  /** The stored array itself. */
  data(name: string): TypedArray {
    return this.entry('run', name).data;
  }

  private entry(operation: string, name: string): Entry {
    const entry = this.values.get(name);
    if (entry !== undefined) return entry;
    throw new NetwrightError({
      code: 'store.unknown',
      operation,
      scope: name,
      expected: 'the name of a declared entry',
      received: name,
      hint: 'compile the graph for this store first',
    });
  }
}

/** Zeros of an element type. */
export function arrayOf(dtype: DType, size: number): TypedArray {
  switch (dtype) {
    case 'f32':
      return new Float32Array(size);
    case 'i32':
      return new Int32Array(size);
    case 'u8':
    case 'bool':
      return new Uint8Array(size);
  }
}

function typeError(
  operation: string,
  scope: string,
  expected: TensorType,
  received: string,
  hint?: string,
): NetwrightError {
  const details = { code: 'store.type', operation, scope, expected: formatType(expected), received };
  return new NetwrightError(hint === undefined ? details : { ...details, hint });
}
