import type { Graph } from '../graph.ts';

/** Parameters and states of `before` that `after` does not have. */
export function removedNames(before: Graph, after: Graph): readonly string[] {
  const kept = new Set([...Object.keys(after.parameters), ...Object.keys(after.states)]);
  return [...Object.keys(before.parameters), ...Object.keys(before.states)].filter((name) => !kept.has(name));
}
