// A network from its description: operations, attributes and parameter keys.

import { add, GraphBuilder, onesInit, tensorType, zerosInit, type Graph, type Tensor } from '@netwright/ir';
import type { SafetensorsTensor } from '@netwright/weights';
import { typeOf } from '../tensors.ts';
import type { Attributes } from './operation.ts';
import { findOperation } from './operations.ts';

export interface DescribedNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  /** Role -> key of the state dict. */
  readonly params?: Readonly<Record<string, string>>;
  readonly state?: Readonly<Record<string, string>>;
  readonly attrs: Attributes;
  readonly shape: readonly number[];
}

export interface GraphDescription {
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly nodes: readonly DescribedNode[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly loss: {
    readonly op: string;
    readonly attrs: Attributes;
    readonly terms: readonly { readonly output: string; readonly weight: number }[];
  };
}

/** The graph in training form; auxiliary outputs are training-only, and outputs have the weights of the loss's terms. */
export function buildDescribedGraph(
  description: GraphDescription,
  state: ReadonlyMap<string, SafetensorsTensor>,
): Graph {
  const builder = new GraphBuilder();
  const values = new Map<string, Tensor>();
  for (const { name, shape } of description.inputs) values.set(name, builder.input(name, tensorType('f32', shape)));
  for (const node of description.nodes) values.set(node.name, buildNode(builder, node, values, state));
  for (const [name, node] of Object.entries(description.outputs)) {
    const weight = description.loss.terms.find(({ output }) => output === name)?.weight ?? 0;
    builder.output(name, lookUp(values, node), {
      role: name === 'y' ? 'prediction' : 'trainingOnly',
      lossWeight: weight,
    });
  }
  return builder.finish();
}

function buildNode(
  builder: GraphBuilder,
  { name, op, inputs, params = {}, state: statistics = {}, attrs, shape }: DescribedNode,
  values: ReadonlyMap<string, Tensor>,
  state: ReadonlyMap<string, SafetensorsTensor>,
): Tensor {
  const operation = findOperation(op);
  if (operation === undefined) throw new RangeError(`${name}: there is no operation ${op}`);
  const operands: Record<string, Tensor> = {};
  for (const [role, key] of Object.entries(params))
    operands[role] = builder.parameter(key, tensorOf(state, key).shape, { init: zerosInit });
  const { num_batches_tracked: counter, ...running } = statistics;
  for (const [role, key] of Object.entries(running)) {
    operands[role] = builder.state(key, typeOf(tensorOf(state, key)), {
      init: role === 'running_var' ? onesInit : zerosInit,
    });
  }
  const [y, ...updated] = builder.within(name, () =>
    operation({ inputs: inputs.map((input) => lookUp(values, input)), params: operands, attrs }),
  );
  if (statistics.running_mean !== undefined) builder.update(statistics.running_mean, updated[0]);
  if (statistics.running_var !== undefined) builder.update(statistics.running_var, updated[1]);
  if (counter !== undefined) {
    builder.update(
      counter,
      add(builder.state(counter, tensorType('i32', []), { init: zerosInit, serializedAs: 'I64' }), 1),
    );
  }
  if (y.shape.join() !== shape.join())
    throw new RangeError(`${name}: ${op} gives [${y.shape.join(', ')}], the description says [${shape.join(', ')}]`);
  return y;
}

function lookUp(values: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const value = values.get(name);
  if (value === undefined) throw new RangeError(`there is no value ${name}`);
  return value;
}

function tensorOf(state: ReadonlyMap<string, SafetensorsTensor>, key: string): SafetensorsTensor {
  const tensor = state.get(key);
  if (tensor === undefined) throw new RangeError(`the state has no tensor ${key}`);
  return tensor;
}
