// Parameters and state as row-major arrays on the host.

import {
  bindShape,
  BYTES_PER_ELEMENT,
  equalTypes,
  formatType,
  NetwrightError,
  type DType,
  type TensorType,
} from '@netwright/ir';
import type { Store, StoreEntry, TensorData } from '../backend.ts';
import type { Elements, Precision } from './memory.ts';

interface StoredEntry {
  readonly type: TensorType;
  readonly shape: readonly number[];
  data: Elements;
}

/**
 * A store for backends that compute on the host: every entry is one row-major array, zeros until it is written.
 *
 * @throws NetwrightError `store.type` where an entry is declared or written with another type or number of elements, `store.unknown` for a name that
 *   was never declared.
 */
export class HostStore implements Store {
  readonly backend: string;
  version = 0;
  private readonly values = new Map<string, StoredEntry>();
  private readonly precision: Precision;

  constructor(backend: string, precision: Precision) {
    this.backend = backend;
    this.precision = precision;
  }

  get entries(): readonly StoreEntry[] {
    return [...this.values].map(([name, { type }]) => ({ name, type }));
  }

  async declare(entries: readonly StoreEntry[]): Promise<void> {
    for (const { name, type } of entries) {
      const existing = this.values.get(name);
      if (existing === undefined) {
        const shape = bindShape(type.shape, {});
        this.values.set(name, { type, shape, data: hostArray(type.dtype, sizeOf(shape), this.precision) });
      } else if (!equalTypes(existing.type, type)) {
        throw new NetwrightError({
          code: 'store.type',
          operation: 'declare',
          scope: name,
          expected: formatType(existing.type),
          received: formatType(type),
          hint: 'use another store for another model',
        });
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
      throw new NetwrightError({
        code: 'store.type',
        operation: 'write',
        scope: name,
        expected: formatType(entry.type),
        received: `${formatType({ dtype, shape })} with ${String(data.length)} elements`,
      });
    }
    entry.data.set(data);
    this.version++;
  }

  async dispose(): Promise<void> {
    this.values.clear();
  }

  /** The stored array itself. */
  data(name: string): Elements {
    return this.entry('run', name).data;
  }

  private entry(operation: string, name: string): StoredEntry {
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

/** Zeros of an element type; `f64` keeps f32 tensors in double precision. */
export function hostArray(dtype: DType, size: number, precision: Precision): Elements {
  if (dtype === 'f32') return precision === 'f64' ? new Float64Array(size) : new Float32Array(size);
  return BYTES_PER_ELEMENT[dtype] === 4 ? new Int32Array(size) : new Uint8Array(size);
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}
