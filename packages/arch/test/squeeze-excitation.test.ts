import { buildGraph, hardsigmoid, onesInit, silu, summarize, tensorType, verifyGraph, type Graph } from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import { squeezeExcitation, torchDefaultInit, type SqueezeExcitationOptions } from '../src/index.ts';

function build(options: SqueezeExcitationOptions): Graph<'x', 'y'> {
  const graph = buildGraph({ x: tensorType('f32', ['N', 12, 5, 7]) }, ({ x }) => ({
    y: squeezeExcitation(x, options),
  }));
  verifyGraph(graph);
  return graph;
}

const shapesOf = ({ parameters }: Graph): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(parameters).map(([name, { type }]) => [name, type.shape]));

const rowsOf = (graph: Graph): readonly unknown[] =>
  summarize(graph).rows.map(({ scope, operation }) => `${operation} ${scope}`);

describe('squeezeExcitation', () => {
  it('is means, two 1x1 convolutions with biases, ReLU and sigmoid, and a product', () => {
    const graph = build({ squeezed: 3 });
    expect(shapesOf(graph)).toEqual({
      'se.fc1.weight': [3, 12, 1, 1],
      'se.fc1.bias': [3],
      'se.fc2.weight': [12, 3, 1, 1],
      'se.fc2.bias': [12],
    });
    expect(rowsOf(graph)).toEqual([
      'globalAvgPool2d se',
      'conv2d se.fc1',
      'relu se',
      'conv2d se.fc2',
      'sigmoid se',
      'mul se',
    ]);
  });

  it('has linear layers as its other form, of the same size', () => {
    const graph = build({ squeezed: 3, form: 'linear', name: 'fc', names: { squeeze: '0', expand: '2' } });
    expect(shapesOf(graph)).toEqual({
      'fc.0.weight': [3, 12],
      'fc.0.bias': [3],
      'fc.2.weight': [12, 3],
      'fc.2.bias': [12],
    });
    expect(graph.nodes[graph.outputs.y.value].type.shape).toEqual(['N', 12, 5, 7]);
    expect(summarize(graph).totals).toMatchObject({
      parameters: 87,
      macs: summarize(build({ squeezed: 3 })).totals.macs,
    });
  });

  it('takes names, activations, initializers, and layers without bias', () => {
    const graph = build({
      name: '',
      names: { squeeze: 'conv_reduce', expand: 'conv_expand' },
      squeezed: 2,
      activation: silu,
      gate: hardsigmoid,
      bias: false,
      init: torchDefaultInit,
    });
    expect(shapesOf(graph)).toEqual({ 'conv_reduce.weight': [2, 12, 1, 1], 'conv_expand.weight': [12, 2, 1, 1] });
    expect(Object.values(graph.parameters).map(({ init }) => init)).toEqual([torchDefaultInit, torchDefaultInit]);
    expect(rowsOf(graph)).toEqual(expect.arrayContaining(['silu ', 'hardsigmoid ']));
    expect(build({ squeezed: 2, biasInit: onesInit }).parameters['se.fc1.bias'].init).toEqual(onesInit);
  });
});
