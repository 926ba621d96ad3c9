// The block of MobileNetV2 and EfficientNet, against the recorded state of two.

import { buildGraph, mul, silu, summarize, tensorType, verifyGraph, type Dim, type Graph } from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import { invertedResidual, type InvertedResidualOptions } from '../src/index.ts';
import { models } from '../../../tools/workspace/recorded-networks.ts';

function build(shape: readonly Dim[], options: InvertedResidualOptions): Graph {
  const graph = buildGraph({ x: tensorType('f32', shape) }, ({ x }) => ({ y: invertedResidual(x, options) }));
  verifyGraph(graph);
  return graph;
}

const stateOf = ({ parameters, states }: Graph): Record<string, readonly unknown[]> =>
  Object.fromEntries(Object.entries({ ...parameters, ...states }).map(([name, { type }]) => [name, type.shape]));

describe('invertedResidual', () => {
  it.each([
    ['inverted_residual', { expanded: 48, out: 8 }],
    ['inverted_residual_s2', { expanded: 48, out: 12, stride: 2 }],
  ])('has the state and the output of the recorded %s', (name, options) => {
    const recorded = models.filter((model) => model.name === name);
    expect(recorded).toHaveLength(1);
    const [{ input, output, state_dict }] = recorded;
    const graph = build(input, options);
    expect(stateOf(graph)).toEqual(Object.fromEntries(state_dict));
    expect(graph.nodes[graph.outputs.y.value].type.shape).toEqual(output);
  });

  it('names its steps as EfficientNet, with another activation and something between the convolutions', () => {
    const graph = build([1, 8, 8, 8], {
      expanded: 16,
      out: 8,
      kernel: 5,
      activation: silu,
      norm: { eps: 1e-3 },
      squeeze: (y) => mul(y, 0.5),
      name: 'block',
      lastSteps: 'one',
    });
    expect(Object.keys(graph.parameters).filter((name) => name.endsWith('weight'))).toEqual([
      'block.0.0.weight',
      'block.0.1.weight',
      'block.1.0.weight',
      'block.1.1.weight',
      'block.3.0.weight',
      'block.3.1.weight',
    ]);
    expect(graph.parameters['block.1.0.weight'].type.shape).toEqual([16, 1, 5, 5]);
    expect(summarize(graph).rows.map(({ scope, operation }) => `${scope} ${operation}`)).toEqual(
      expect.arrayContaining(['block.0 silu', 'block.1 silu', 'block.2 mul', ' add']),
    );
  });

  it('leaves out the first convolution where nothing is expanded, and drops its branch only at a shortcut', () => {
    const names = (graph: Graph) => Object.values(graph.functions).map(({ name }) => name);
    const kept = build(['N', 8, 8, 8], { expanded: 8, out: 8, stochasticDepth: 0.2 });
    expect(Object.keys(kept.parameters)).toEqual(
      ['conv.0.0.weight', 'conv.0.1.weight', 'conv.0.1.bias'].concat(['conv.1.weight', 'conv.2.weight', 'conv.2.bias']),
    );
    expect(names(kept)).toContain('dropPath');
    expect(names(build(['N', 8, 8, 8], { expanded: 8, out: 16, stochasticDepth: 0.2 }))).not.toContain('dropPath');
  });

  it('takes the padding of TensorFlow', () => {
    const graph = build([1, 8, 8, 8], { expanded: 8, out: 8, stride: 2, padding: 'same' });
    const paddings = graph.nodes.flatMap((node) => (node.op === 'conv2d' ? [node.attrs.padding] : []));
    expect(paddings).toEqual([
      [0, 0, 1, 1],
      [0, 0, 0, 0],
    ]);
  });
});
