// Moves per-channel affine maps into the convolution or matrix product before them.

import { activationsOf } from '../dependents.ts';
import { isPrimitiveNode, type Graph, type PrimitiveNode } from '../graph.ts';
import { add } from '../ops/add.ts';
import type { PrimitiveName } from '../ops/attributes.ts';
import { applyPrimitive } from '../ops/apply.ts';
import { constantTensor } from '../ops/constant.ts';
import { div } from '../ops/div.ts';
import { mul } from '../ops/mul.ts';
import { neg } from '../ops/neg.ts';
import { primitives } from '../ops/primitives.ts';
import { reshape } from '../ops/reshape.ts';
import { sub } from '../ops/sub.ts';
import type { GraphPass } from '../pass.ts';
import type { Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { asVector, channelFormOf, perChannelSource, type ChannelForm } from './channel-form.ts';
import { eliminateDeadCode } from './eliminate-dead-code.ts';
import { readersOf } from './readers-of.ts';
import { rebuild } from './rebuild.ts';

/**
 * Where the result of a convolution or matrix product is only multiplied, divided, added to or subtracted from values per channel that follow from
 * parameters and states, the factors go into its weight and the rest into one bias; both are expressions of the old parameters. It recognises the
 * form, so batch normalization in inference form, biases and learned scales all fold, whatever they are called.
 */
export const foldBatchNorm: GraphPass = {
  name: 'fold-batch-norm',
  requires: 'functions inlined, and inference form: statistics of a batch are not parameters',
  guarantees:
    'no per-channel factor that follows from parameters alone comes directly after a contraction that nothing else reads',
  run: <I extends string, O extends string>(graph: Graph<I, O>): Graph<I, O> => {
    const chains = new Map(findChains(graph).map((chain) => [chain.last, chain]));
    if (chains.size === 0) return graph;
    const folded = rebuild(graph, (_, { id, copyOf }) => {
      const chain = chains.get(id);
      return chain === undefined ? undefined : fold(chain, copyOf);
    });
    return eliminateDeadCode.run(folded);
  },
};

/** One step of a chain: what is done to the running value, from which side, with which value per channel. */
interface Step {
  readonly op: 'add' | 'sub' | 'mul' | 'div';
  /** Whether the running value is the second operand. */
  readonly swapped: boolean;
  /** Id of the other operand before it was broadcast. */
  readonly other: number;
}

interface Chain {
  readonly contraction: PrimitiveNode;
  readonly form: ChannelForm;
  readonly steps: readonly Step[];
  /** Id of the value that the whole chain gives. */
  readonly last: number;
}

function findChains(graph: Graph): readonly Chain[] {
  const activations = activationsOf(graph);
  const readers = readersOf(graph);
  return graph.nodes.flatMap((node, id) => {
    const form = channelFormOf(graph, node, (input) => activations.has(input));
    if (form === undefined || !isPrimitiveNode(node)) return [];
    const steps: Step[] = [];
    let last = id;
    for (;;) {
      const [reader, ...others] = readers.get(last) ?? [];
      if (reader === undefined || others.length > 0) break;
      const step = stepOf(graph, last, reader, form, activations);
      if (step === undefined) break;
      steps.push(step);
      last = reader;
    }
    return steps.some(({ op }) => op !== 'add' && op !== 'sub') ? [{ contraction: node, form, steps, last }] : [];
  });
}

function stepOf(
  graph: Graph,
  value: number,
  reader: number,
  form: ChannelForm,
  activations: ReadonlySet<number>,
): Step | undefined {
  const { op, inputs } = graph.nodes[reader];
  if (op !== 'add' && op !== 'sub' && op !== 'mul' && op !== 'div') return undefined;
  const swapped = inputs[1] === value;
  const operand = inputs[swapped ? 0 : 1];
  if (activations.has(operand) || (op === 'div' && swapped)) return undefined;
  const other = perChannelSource(graph, operand, graph.nodes[reader].type.shape, form.axis);
  return other === undefined ? undefined : { op, swapped, other };
}

function fold({ contraction, form, steps }: Chain, copyOf: (id: number) => Tensor): Tensor {
  const operands = contraction.inputs.map(copyOf);
  const { builder } = operands[0];
  const { scale, shift } = affineOf(steps, form.channels, copyOf);
  const primitive = primitives[contraction.op] as unknown as Primitive<PrimitiveName>;
  const result = builder.at(contraction.scope, () => {
    const weight = scale === undefined ? operands[form.weight] : form.scaleWeight(operands[form.weight], scale);
    const scaled = operands.map((operand, index) => (index === form.weight ? weight : operand));
    return applyPrimitive(primitive, scaled, contraction.attrs);
  });
  if (shift === undefined) return result;
  const after = contraction.type.shape.slice(form.axis + 1).map(() => 1);
  return add(result, reshape(shift, [form.channels, ...after]));
}

interface Affine {
  /** [channels]; undefined for 1. */
  readonly scale: Tensor | undefined;
  /** [channels]; undefined for 0. */
  readonly shift: Tensor | undefined;
}

function affineOf(steps: readonly Step[], channels: number, copyOf: (id: number) => Tensor): Affine {
  return steps.reduce<Affine>((affine, step) => applyStep(affine, step, channels, copyOf), {
    scale: undefined,
    shift: undefined,
  });
}

/** The map that follows `affine` by one step. */
function applyStep(
  { scale, shift }: Affine,
  { op, swapped, other }: Step,
  channels: number,
  copyOf: (id: number) => Tensor,
): Affine {
  const value = asVector(copyOf(other), channels);
  switch (op) {
    case 'add':
      return { scale, shift: shift === undefined ? value : add(shift, value) };
    case 'sub':
      if (!swapped) return { scale, shift: shift === undefined ? neg(value) : sub(shift, value) };
      return {
        scale: neg(scale ?? constantTensor(value.builder, [1], [channels])),
        shift: shift === undefined ? value : sub(value, shift),
      };
    case 'mul':
      return {
        scale: scale === undefined ? value : mul(scale, value),
        shift: shift === undefined ? undefined : mul(shift, value),
      };
    case 'div':
      return { scale: div(scale ?? 1, value), shift: shift === undefined ? undefined : div(shift, value) };
  }
}
