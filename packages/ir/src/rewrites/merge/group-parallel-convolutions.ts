// Convolutions of the parts of one value become one grouped convolution.

import { activationsOf } from '../../dependents.ts';
import type { Graph } from '../../graph.ts';
import { concat } from '../../ops/concat.ts';
import { conv2d } from '../../ops/conv2d.ts';
import type { GraphPass } from '../../pass.ts';
import { mergeChannelwise } from './channelwise.ts';
import { convolutionsOf } from './convolution-form.ts';
import { adjacentRuns, channelRangeOf, groupBy, mergeFamilies, range, ranges, type Family } from './families.ts';
import { joinNames } from './join-names.ts';
import { joinSlices } from './join-slices.ts';

/**
 * Where the channels of a value are cut into equal parts and each goes through a convolution of one shape, a grouped convolution takes their place,
 * with their weights one below the other. What follows channel by channel happens once as well, and a concatenation of the results disappears.
 * After `mergeParallelConvolutions` it turns the branches of a ResNeXt block into the grouped form. arXiv:1611.05431, figure 3
 */
export const groupParallelConvolutions: GraphPass = {
  name: 'group-parallel-convolutions',
  requires: 'a valid graph; batch norms are calls',
  guarantees: 'no two convolutions of one shape read adjacent slices of the channels of one value',
  run: (graph) => mergeFamilies(graph, [splitConvolutions, mergeChannelwise, joinSlices]),
};

function splitConvolutions(graph: Graph): readonly Family[] {
  const parts = convolutionsOf(graph, activationsOf(graph)).flatMap((form) => {
    const part = channelRangeOf(graph, form.image);
    return part === undefined ? [] : [{ ...form, ...part }];
  });
  return groupBy(parts, ({ base, geometry, channels, out, attrs }) =>
    [base, geometry, channels, out, attrs.groups].join(' '),
  )
    .flatMap((group) => adjacentRuns(group, (part) => part))
    .map((members) => ({
      replaced: members.map(({ id }) => id),
      merge: ({ builder, copyOf }) => {
        const [{ base, attrs, start }] = members;
        const end = members[members.length - 1].end;
        const weights = members.map(({ weight }) => copyOf(weight));
        const groups = attrs.groups * members.length;
        return builder.at(joinNames(members.map(({ scope }) => scope)), () => {
          const result = conv2d(range(copyOf(base), start, end), concat(weights, 0), { ...attrs, groups });
          const results = ranges(members.map(({ out }) => out));
          return new Map(members.map(({ id }, index) => [id, range(result, ...results[index])]));
        });
      },
    }));
}
