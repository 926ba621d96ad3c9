// A concatenation of neighbouring slices of one value shows that value.

import type { Graph } from '../../graph.ts';
import { concat } from '../../ops/concat.ts';
import { channelRangeOf, range, type ChannelRange, type Family } from './families.ts';

type Part = { readonly id: number } | ChannelRange;

/** Concatenations with neighbouring slices of one value, which become one slice, or the value. */
export function joinSlices(graph: Graph): readonly Family[] {
  return graph.nodes.flatMap((node, id): readonly Family[] => {
    if (node.op !== 'concat') return [];
    const { axis } = node.attrs;
    const parts = joined(node.inputs.map((input) => channelRangeOf(graph, input, axis) ?? { id: input }));
    if (parts.length === node.inputs.length) return [];
    return [
      {
        replaced: [id],
        merge: ({ builder, copyOf }) =>
          builder.at(node.scope, () => {
            const tensors = parts.map((part) =>
              'id' in part ? copyOf(part.id) : range(copyOf(part.base), part.start, part.end, axis),
            );
            return new Map([[id, concat(tensors, axis)]]);
          }),
      },
    ];
  });
}

function joined(parts: readonly Part[]): readonly Part[] {
  const result: Part[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    const follows =
      last !== undefined && 'base' in last && 'base' in part && last.base === part.base && last.end === part.start;
    if (follows) result[result.length - 1] = { ...last, end: part.end };
    else result.push(part);
  }
  return result;
}
