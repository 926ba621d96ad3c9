// Parameters and state as row-major double-precision arrays.

import type { Store, StoreEntry, TensorData } from '@netwright/compiler';
import { bindShape, equalTypes, formatType, NetwrightError, type TensorType } from '@netwright/ir';
import { fromTensorData, toTensorData, type Precision } from './tensor-data.ts';

export class ReferenceStore implements Store {
  readonly backend = 'reference';
  version = 0;
  private readonly values = new Map<string, { readonly type: TensorType; data: Float64Array }>();
  private readonly precision: Precision;

  constructor(precision: Precision) {
    this.precision = precision;
  }

  get entries(): readonly StoreEntry[] {
    return [...this.values].map(([name, { type }]) => ({ name, type }));
  }

  declare(entries: readonly StoreEntry[]): Promise<void> {
    return Promise.resolve().then(() => {
      for (const { name, type } of entries) {
        const existing = this.values.get(name);
        if (existing === undefined) {
          const size = bindShape(type.shape, {}).reduce((product, dim) => product * dim, 1);
          this.values.set(name, { type, data: new Float64Array(size) });
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
    });
  }

  read(name: string): Promise<TensorData> {
    return Promise.resolve().then(() => {
      const { type, data } = this.entry('read', name);
      return toTensorData(type.dtype, bindShape(type.shape, {}), data, this.precision);
    });
  }

  write(name: string, tensor: TensorData): Promise<void> {
    return Promise.resolve().then(() => {
      const entry = this.entry('write', name);
      const received = { dtype: tensor.dtype, shape: tensor.shape };
      if (!equalTypes(entry.type, received) || tensor.data.length !== entry.data.length) {
        throw new NetwrightError({
          code: 'store.type',
          operation: 'write',
          scope: name,
          expected: formatType(entry.type),
          received: `${formatType(received)} with ${String(tensor.data.length)} elements`,
        });
      }
      entry.data = fromTensorData(tensor, this.precision);
      this.version++;
    });
  }

  dispose(): Promise<void> {
    this.values.clear();
    return Promise.resolve();
  }

  /** The stored array itself. */
  data(name: string): Float64Array {
    return this.entry('run', name).data;
  }

  /** Replaces several entries at once. */
  replace(updates: ReadonlyMap<string, Float64Array>): void {
    for (const [name, data] of updates) this.entry('run', name).data = data;
    if (updates.size > 0) this.version++;
  }

  private entry(operation: string, name: string): { readonly type: TensorType; data: Float64Array } {
    const entry = this.values.get(name);
    if (entry === undefined) {
      throw new NetwrightError({
        code: 'store.unknown',
        operation,
        scope: name,
        expected: 'the name of a declared entry',
        received: name,
        hint: 'compile the graph for this store first',
      });
    }
    return entry;
  }
}
