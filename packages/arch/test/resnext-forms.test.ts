import { describe, expect, it } from 'vitest';
import {
  buildGraph,
  costOf,
  groupParallelConvolutions,
  materializeParameters,
  mergeParallelConvolutions,
  mergeSummedConvolutions,
  pipeline,
  renameParameters,
  structuralHash,
  tensorType,
  type Graph,
} from '@netwright/ir';
import { resnextBlock, type ResNeXtBlockOptions, type ResNeXtForm } from '../src/index.ts';

function blockOf(form: ResNeXtForm, options: Omit<ResNeXtBlockOptions, 'form'>): Graph<'x', 'y'> {
  return buildGraph({ x: tensorType('f32', ['N', 8, 6, 6]) }, ({ x }) => ({
    y: resnextBlock(x, { form, ...options }),
  }));
}

const grouping = pipeline([mergeParallelConvolutions, groupParallelConvolutions], { verify: true });

/** The graph with parameters in place of the expressions of the old ones, under torchvision's names. */
function converted(graph: Graph<'x', 'y'>): Graph<'x', 'y'> {
  return renameParameters(materializeParameters(graph).graph, (name) => name.replace('branches.', ''));
}

describe.each([
  ['an identity shortcut', { groups: 4, width: 2, out: 8 }],
  ['a stride and a projection', { groups: 3, width: 4, out: 12, stride: 2 }],
])('forms of a ResNeXt block with %s', (_, options) => {
  it('makes the concatenated form of the branches', () => {
    const after = mergeSummedConvolutions.run(blockOf('branches', options));
    const form = blockOf('concatenated', options);
    const graph = renameParameters(materializeParameters(after).graph, (name) =>
      name.replace('branches.conv3', 'conv3'),
    );
    expect(structuralHash(graph)).toBe(structuralHash(form));
  });

  it.each<ResNeXtForm>(['branches', 'concatenated'])('makes the grouped form of the %s', (form) => {
    const summed = mergeSummedConvolutions.run(blockOf(form, options));
    const grouped = grouping.run(summed);
    expect(structuralHash(converted(grouped))).toBe(structuralHash(blockOf('grouped', options)));
  });

  it('costs the same in every form', () => {
    const [first, ...others] = (['branches', 'concatenated', 'grouped'] as const).map((form) => {
      const { parameters, macs } = costOf(blockOf(form, options));
      return { parameters, macs };
    });
    expect(first.macs).toBeGreaterThan(0);
    for (const other of others) expect(other).toEqual(first);
  });
});
