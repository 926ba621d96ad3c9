// Convolutions of one input become one convolution with all their filters.

import { activationsOf } from '../../dependents.ts';
import type { Graph } from '../../graph.ts';
import { concat } from '../../ops/concat.ts';
import { conv2d } from '../../ops/conv2d.ts';
import type { GraphPass } from '../../pass.ts';
import { mergeChannelwise } from './channelwise.ts';
import { convolutionsOf } from './convolution-form.ts';
import { groupBy, mergeFamilies, range, ranges, type Family } from './families.ts';
import { joinNames } from './join-names.ts';
import { joinSlices } from './join-slices.ts';

/**
 * Convolutions without groups that read one value through windows of one geometry become one: its weight is theirs, one below the other, and
 * each result is a slice of its channels. What follows each of them channel by channel (biases, batch norms also in training form, activations)
 * then happens once as well, with joined operands. The 1x1 convolutions at the entrance of an Inception module, or of the branches of a ResNeXt block.
 */
export const mergeParallelConvolutions: GraphPass = {
  name: 'merge-parallel-convolutions',
  requires: 'a valid graph; batch norms are calls',
  guarantees: 'no two convolutions without groups read one value through windows of the same geometry',
  run: (graph) => mergeFamilies(graph, [parallelConvolutions, mergeChannelwise, joinSlices]),
};

function parallelConvolutions(graph: Graph): readonly Family[] {
  const plain = convolutionsOf(graph, activationsOf(graph)).filter(({ attrs }) => attrs.groups === 1);
  return groupBy(plain, ({ image, geometry }) => `${String(image)} ${geometry}`)
    .filter(({ length }) => length > 1)
    .map((members) => ({
      replaced: members.map(({ id }) => id),
      merge: ({ builder, copyOf }) => {
        const [{ image, attrs }] = members;
        const weights = members.map(({ weight }) => copyOf(weight));
        return builder.at(joinNames(members.map(({ scope }) => scope)), () => {
          const result = conv2d(copyOf(image), concat(weights, 0), attrs);
          const parts = ranges(members.map(({ out }) => out));
          return new Map(members.map(({ id }, index) => [id, range(result, ...parts[index])]));
        });
      },
    }));
}
