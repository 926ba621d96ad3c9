// Access streams: loads and stores that share one pointer because they move alike along every axis.

import type { LinearIndex } from './linear-index.ts';
import type { LoadNode, LoweredKernel, LoweredOutput } from './lowered.ts';
import { cacheLine, type Prefetch } from './tile-plan.ts';

export interface Stream {
  readonly slot: number;
  /** Bytes for one step of each axis. */
  readonly coefficients: ReadonlyMap<number, number>;
  /** Smallest constant part among its accesses; the pointer includes it. */
  base: number;
}

export interface StreamTable {
  readonly streams: readonly Stream[];
  of(access: LoadNode | LoweredOutput): number;
  /** The stream that what is fetched ahead lies on. */
  ofPrefetch(prefetch: Prefetch): number;
}

export function collectStreams(kernel: LoweredKernel, prefetches: readonly Prefetch[]): StreamTable {
  const streams: Stream[] = [];
  const byKey = new Map<string, number>();
  const byAccess = new Map<LoadNode | LoweredOutput, number>();
  const add = (access: LoadNode | LoweredOutput, slot: number, address: LinearIndex): void => {
    const key = `${slot}:${[...address.coefficients].sort(([a], [b]) => a - b).join(';')}`;
    let index = byKey.get(key);
    if (index === undefined) {
      index = streams.push({ slot, coefficients: address.coefficients, base: address.offset }) - 1;
      byKey.set(key, index);
    }
    const stream = streams[index];
    if (stream !== undefined) stream.base = Math.min(stream.base, address.offset);
    byAccess.set(access, index);
  };
  for (const node of kernel.nodes) if (node.kind === 'load') add(node, node.slot, node.address);
  for (const output of kernel.outputs) add(output, output.slot, output.address);
  const byPrefetch = new Map<Prefetch, number>();
  for (const prefetch of prefetches) {
    const { slot, lineByLine } = prefetch;
    const operand = streams.findIndex((stream) => stream.slot === slot);
    const own = streams[operand];
    if (own === undefined) throw new RangeError('nothing of what is fetched is read');
    const stream =
      lineByLine === undefined
        ? operand
        : streams.push({ ...own, coefficients: new Map([...own.coefficients, [lineByLine, cacheLine]]) }) - 1;
    byPrefetch.set(prefetch, stream);
  }
  return {
    streams,
    of(access) {
      const index = byAccess.get(access);
      if (index === undefined) throw new RangeError('access without a stream');
      return index;
    },
    ofPrefetch(prefetch) {
      const index = byPrefetch.get(prefetch);
      if (index === undefined) throw new RangeError('prefetch without a stream');
      return index;
    },
  };
}
