// Blocks recorded from another implementation: names and shapes of their state.

import { buildGraph, tensorType, type Tensor } from '@netwright/ir';
import { expect, it } from 'vitest';
import { basicBlock, bottleneckBlock, resnextBlock, squeezeExcitation } from '../src/index.ts';
import { models } from '../../../tools/workspace/recorded-networks.ts';

const squeeze = (x: Tensor): Tensor => squeezeExcitation(x, { squeezed: 8 });

it.each<[string, string, (x: Tensor) => Tensor]>([
  ['basic_block', 'basicBlock', (x) => basicBlock(x, { out: 8 })],
  ['bottleneck_s2', 'bottleneckBlock', (x) => bottleneckBlock(x, { out: 32, stride: 2 })],
  ['resnext_block', 'bottleneckBlock', (x) => bottleneckBlock(x, { out: 64, width: 32, groups: 4 })],
  ['resnext_block', 'resnextBlock', (x) => resnextBlock(x, { form: 'grouped', out: 64, width: 8, groups: 4 })],
  ['se_block', 'squeezeExcitation', (x) => squeezeExcitation(x, { name: '', squeezed: 4 })],
  ['se_bottleneck', 'bottleneckBlock', (x) => bottleneckBlock(x, { out: 32, stride: 2, squeeze })],
])('%s is %s with the recorded names and shapes', (name, _, layer) => {
  const [recorded] = models.filter((one) => one.name === name);
  const graph = buildGraph({ x: tensorType('f32', ['N', ...recorded.input.slice(1)]) }, ({ x }) => ({ y: layer(x) }));
  const state = Object.entries({ ...graph.parameters, ...graph.states });
  expect(Object.fromEntries(state.map(([key, { type }]) => [key, type.shape]))).toEqual(
    Object.fromEntries(recorded.state_dict),
  );
  expect(graph.nodes[graph.outputs.y.value].type.shape.slice(1)).toEqual(recorded.output.slice(1));
});
