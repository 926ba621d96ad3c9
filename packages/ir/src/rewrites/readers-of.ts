// Who reads a value.

import { rootsOf } from '../dependents.ts';
import type { Graph } from '../graph.ts';

/** For each value the nodes that read it, once for each operand; undefined stands for an output or update. */
export function readersOf(graph: Graph): ReadonlyMap<number, readonly (number | undefined)[]> {
  const readers = new Map<number, (number | undefined)[]>();
  const note = (value: number, reader: number | undefined): void => {
    const list = readers.get(value);
    if (list === undefined) readers.set(value, [reader]);
    else list.push(reader);
  };
  graph.nodes.forEach(({ inputs }, id) => {
    for (const input of inputs) note(input, id);
  });
  for (const value of rootsOf(graph)) note(value, undefined);
  return readers;
}
