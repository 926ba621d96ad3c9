// Functions: open-ended operations with a meaning in primitives, and optionally their own gradient and inference form.

import { GraphBuilder } from './builder.ts';
import type { FunctionDef, Graph } from './graph.ts';
import type { Tensor } from './tensor.ts';
import { formatType, type TensorType } from './tensor-type.ts';

export type FunctionAttrs = Readonly<Record<string, unknown>>;

export interface FunctionGradientContext<A extends FunctionAttrs> {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** Gradients of the outputs, zero where an output is not used. */
  readonly grads: readonly Tensor[];
  readonly attrs: A;
}

export interface FunctionRecord<A extends FunctionAttrs> {
  readonly name: string;
  /** The meaning in primitives and other functions. May not declare parameters, states or inputs. */
  expand(inputs: readonly Tensor[], attrs: A): readonly Tensor[];
  /** Gradients of the inputs; without it the expansion is differentiated. Checked against the expansion by `testOp`. */
  gradient?(context: FunctionGradientContext<A>): readonly (Tensor | undefined)[];
  /** What takes its place in inference mode, with the same number of results. */
  inference?(inputs: readonly Tensor[], attrs: A): readonly Tensor[];
}

/** Declares a function. The value holds no state; call it with {@link callFunction}. */
export function defineFunction<A extends FunctionAttrs>(record: FunctionRecord<A>): FunctionRecord<A> {
  return record;
}

/** Applies a function to tensors of one graph and returns its results. The graph carries the bodies from then on. */
export function callFunction<A extends FunctionAttrs>(record: FunctionRecord<A>, inputs: readonly Tensor[], attrs: A): readonly Tensor[] {
  const first = inputs[0];
  if (first === undefined) throw new RangeError(`${record.name}: a function needs at least one input`);
  const { builder } = first;
  const types = inputs.map(({ type }) => type);
  const key = `${record.name}(${types.map(formatType).join(', ')})${JSON.stringify(attrs)}`;
  if (!builder.hasFunction(key)) builder.function(key, instantiate(record, types, attrs));
  const outputs = Object.values(builder.getFunction(key).body.outputs);
  const body = builder.getFunction(key).body;
  const resultTypes = outputs.map(({ value }) => body.nodes[value].type);
  const call = builder.append({
    op: 'call',
    inputs: inputs.map(({ id }) => id),
    attrs: { function: key },
    type: resultTypes[0],
    scope: builder.scope,
  });
  return resultTypes.map((type, index) =>
    builder.append({ op: 'result', inputs: [call.id], attrs: { index }, type, scope: builder.scope }),
  );
}

function instantiate<A extends FunctionAttrs>(record: FunctionRecord<A>, types: readonly TensorType[], attrs: A): FunctionDef {
  const body = bodyOf(types, (inputs) => record.expand(inputs, attrs));
  const resultTypes = Object.values(body.outputs).map(({ value }) => body.nodes[value].type);
  const { gradient, inference } = record;
  return {
    name: record.name,
    attrs,
    body,
    ...(gradient === undefined ? {} : { gradient: gradientBody(types, resultTypes, (context) => gradient({ ...context, attrs })) }),
    ...(inference === undefined ? {} : { inference: bodyOf(types, (inputs) => inference(inputs, attrs)) }),
  };
}

function bodyOf(types: readonly TensorType[], expand: (inputs: readonly Tensor[]) => readonly Tensor[]): Graph {
  const builder = new GraphBuilder();
  const inputs = types.map((type, index) => builder.input(`x${String(index)}`, type));
  expand(inputs).forEach((output, index) => {
    builder.output(`y${String(index)}`, output);
  });
  return builder.finish();
}

function gradientBody(
  types: readonly TensorType[],
  resultTypes: readonly TensorType[],
  gradient: (context: Omit<FunctionGradientContext<FunctionAttrs>, 'attrs'>) => readonly (Tensor | undefined)[],
): Graph {
  const builder = new GraphBuilder();
  const inputs = types.map((type, index) => builder.input(`x${String(index)}`, type));
  const outputs = resultTypes.map((type, index) => builder.input(`y${String(index)}`, type));
  const grads = resultTypes.map((type, index) => builder.input(`g${String(index)}`, type));
  gradient({ inputs, outputs, grads }).forEach((grad, index) => {
    if (grad !== undefined) builder.output(`d${String(index)}`, grad);
  });
  return builder.finish();
}
