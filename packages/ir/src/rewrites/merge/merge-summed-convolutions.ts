// Sums of convolutions become one convolution of the concatenated inputs.

import { activationsOf } from '../../dependents.ts';
import type { Graph } from '../../graph.ts';
import { add } from '../../ops/add.ts';
import { broadcastTo } from '../../ops/broadcast-to.ts';
import { concat } from '../../ops/concat.ts';
import { conv2d } from '../../ops/conv2d.ts';
import { reshape } from '../../ops/reshape.ts';
import type { GraphPass } from '../../pass.ts';
import type { Tensor } from '../../tensor.ts';
import { asVector, perChannelSource } from '../channel-form.ts';
import { readersOf } from '../readers-of.ts';
import { convolutionsOf, type ConvolutionForm } from './convolution-form.ts';
import { CHANNEL_AXIS, groupBy, mergeFamilies, type Family, type MergeContext } from './families.ts';
import { joinNames } from './join-names.ts';

/**
 * Where convolutions without groups, with windows of one geometry, are only added up, one convolution of their concatenated inputs takes their
 * place, with their weights side by side; those of one input add their weights. Biases among the terms add up to one. Other terms of the sum, such
 * as a shortcut, stay. It turns the summed branches of a ResNeXt block into the early concatenation. arXiv:1611.05431, figure 3
 */
export const mergeSummedConvolutions: GraphPass = {
  name: 'merge-summed-convolutions',
  requires: 'a valid graph',
  guarantees: 'no sum has two convolutions without groups and of one geometry that nothing else reads',
  run: (graph) => mergeFamilies(graph, [summedConvolutions]),
};

function summedConvolutions(graph: Graph): readonly Family[] {
  const activations = activationsOf(graph);
  const readers = readersOf(graph);
  const forms = new Map(
    convolutionsOf(graph, activations)
      .filter(({ attrs }) => attrs.groups === 1)
      .map((form) => [form.id, form]),
  );
  const readOnce = (id: number): boolean => readers.get(id)?.length === 1;
  const isAdd = (id: number | undefined): boolean => id !== undefined && graph.nodes[id].op === 'add';
  const termsOf = (id: number): readonly number[] =>
    graph.nodes[id].inputs.flatMap((input) => (isAdd(input) && readOnce(input) ? termsOf(input) : [input]));
  return graph.nodes.flatMap((_, id): readonly Family[] => {
    const inner = readOnce(id) && readers.get(id)?.every(isAdd) === true;
    if (!isAdd(id) || inner) return [];
    const terms = termsOf(id);
    const own = terms.flatMap((term) => {
      const form = readOnce(term) ? forms.get(term) : undefined;
      return form === undefined ? [] : [form];
    });
    const [members] = groupBy(own, ({ geometry }) => geometry).filter(({ length }) => length > 1);
    return members === undefined
      ? []
      : [{ replaced: [id], merge: (context) => new Map([[id, mergeSum(graph, id, terms, members, context)]]) }];
  });
}

function mergeSum(
  graph: Graph,
  id: number,
  terms: readonly number[],
  members: readonly ConvolutionForm[],
  context: MergeContext,
): Tensor {
  const { builder, copyOf } = context;
  const { type, scope } = graph.nodes[id];
  const merged = new Set(members.map((member) => member.id));
  const activations = activationsOf(graph);
  const rest = terms.filter((term) => !merged.has(term));
  const biases = rest.flatMap((term) => {
    const source = activations.has(term) ? undefined : perChannelSource(graph, term, type.shape, CHANNEL_AXIS);
    return source === undefined ? [] : [{ term, source }];
  });
  const isBias = new Set(biases.map(({ term }) => term));
  const convolution = builder.at(joinNames(members.map((member) => member.scope)), () => {
    const result = convolve(members, context);
    if (biases.length === 0) return result;
    const channels = members[0].out;
    const bias = biases.map(({ source }) => asVector(copyOf(source), channels)).reduce((sum, next) => add(sum, next));
    return add(result, broadcastTo(reshape(bias, [1, channels, 1, 1]), type.shape));
  });
  return builder.at(scope, () =>
    rest.filter((term) => !isBias.has(term)).reduce((sum, term) => add(sum, copyOf(term)), convolution),
  );
}

function convolve(members: readonly ConvolutionForm[], { copyOf }: MergeContext): Tensor {
  const [{ attrs }] = members;
  const sources = groupBy(members, ({ image }) => String(image));
  const weights = sources.map((same) => same.map(({ weight }) => copyOf(weight)).reduce((sum, next) => add(sum, next)));
  const images = sources.map(([{ image }]) => copyOf(image));
  return conv2d(concat(images, CHANNEL_AXIS), concat(weights, 1), attrs);
}
