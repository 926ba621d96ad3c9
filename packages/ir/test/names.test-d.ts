// Names of inputs and outputs are known to the compiler.

import { describe, expectTypeOf, it } from 'vitest';
import {
  addIntermediates,
  buildGraph,
  differentiate,
  foldConstants,
  inferenceMode,
  pipeline,
  relu,
  renameParameters,
  selectOutputs,
  sum,
  tensorType,
  type Graph,
  type InputDef,
  type OutputDef,
  type Tensor,
} from '../src/index.ts';

const vector = tensorType('f32', ['N', 3]);
const graph = buildGraph({ image: vector, scale: vector }, ({ image, scale }) => ({
  logits: relu(image),
  loss: { value: sum(scale), role: 'trainingOnly' },
}));

type InputNames<G> = G extends Graph<infer I> ? I : never;

/** What an executable's `run` looks like to its caller. */
declare function run<I extends string, O extends string>(
  graph: Graph<I, O>,
  inputs: Readonly<Record<I, number>>,
): Record<O, number>;

describe('buildGraph', () => {
  it('carries the names', () => {
    expectTypeOf(graph).toEqualTypeOf<Graph<'image' | 'scale', 'logits' | 'loss'>>();
    expectTypeOf<InputNames<typeof graph>>().toEqualTypeOf<'image' | 'scale'>();
    expectTypeOf(graph.inputs.image).toEqualTypeOf<InputDef>();
    expectTypeOf(graph.outputs.logits).toEqualTypeOf<OutputDef>();
    expectTypeOf(graph).toExtend<Graph>();
    expectTypeOf(graph.inputs).not.toHaveProperty('imgae');
    expectTypeOf(graph.outputs).not.toHaveProperty('logit');
  });

  it('gives the builder function exactly the inputs', () => {
    buildGraph({ x: vector }, (inputs) => {
      expectTypeOf(inputs).toEqualTypeOf<Readonly<Record<'x', Tensor>>>();
      expectTypeOf(inputs).not.toHaveProperty('z');
      return { y: inputs.x };
    });
    // @ts-expect-error a role that there is not
    buildGraph({ x: vector }, ({ x }) => ({ y: { value: x, role: 'training' } }));
    // @ts-expect-error not a tensor
    buildGraph({ x: vector }, () => ({ y: 1 }));
  });

  it('lets run check its arguments and results', () => {
    expectTypeOf(run(graph, { image: 1, scale: 1 })).toEqualTypeOf<Record<'logits' | 'loss', number>>();
    // @ts-expect-error a misspelled input
    run(graph, { imgae: 1, scale: 1 });
    // @ts-expect-error a missing input
    run(graph, { image: 1 });
    // @ts-expect-error one input too many
    run(graph, { image: 1, scale: 1, target: 1 });
    expectTypeOf(run(graph, { image: 1, scale: 1 })).not.toHaveProperty('logit');
  });
});

describe('rewrites', () => {
  it('keep the names', () => {
    expectTypeOf(pipeline([inferenceMode, foldConstants]).run(graph)).toEqualTypeOf<typeof graph>();
    expectTypeOf(renameParameters(graph, (name) => name)).toEqualTypeOf<typeof graph>();
    // Inputs and outputs that inference drops are dropped from the type by naming what is left.
    const inference: Graph<'image', 'logits'> = inferenceMode.run(graph);
    run(inference, { image: 1 });
  });

  it('add and choose names', () => {
    expectTypeOf(differentiate(graph, 'loss', ['scale'])).toEqualTypeOf<
      Graph<'image' | 'scale', 'logits' | 'loss' | 'dloss/dscale'>
    >();
    expectTypeOf(addIntermediates(graph, { features: 'layer1' })).toEqualTypeOf<
      Graph<'image' | 'scale', 'logits' | 'loss' | 'features'>
    >();
    expectTypeOf(selectOutputs(graph, ['logits'])).toEqualTypeOf<Graph<'image' | 'scale', 'logits'>>();
    // @ts-expect-error not an output
    differentiate(graph, 'los', ['image']);
    // @ts-expect-error not an output
    selectOutputs(graph, ['logit']);
  });
});
