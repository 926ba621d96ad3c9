// Functions: open-ended operations with a meaning in primitives, and optionally their own gradient, inference form and kernels.

import { GraphBuilder } from './builder.ts';
import { NetwrightError, withErrorScope } from './errors.ts';
import type { FunctionDef, FunctionLowering, Graph } from './graph.ts';
import { encodeData, strayPath } from './plain-data.ts';
import type { Tensor } from './tensor.ts';
import { equalTypes, formatType, type TensorType } from './tensor-type.ts';

/** Plain data, so that it survives JSON; numbers may be infinite or NaN. */
export type FunctionAttrs = Readonly<Record<string, unknown>>;

/** A call with its results and their gradients, from which the function's own gradient is built. */
export interface FunctionGradientContext<A extends FunctionAttrs> {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** Gradients of the outputs, zero where an output is not used. */
  readonly grads: readonly Tensor[];
  readonly attrs: A;
}

/** What makes a function: a name, its meaning, and whatever it does better than its expansion would. */
export interface FunctionRecord<A extends FunctionAttrs> {
  readonly name: string;
  /** The meaning in primitives and other functions. May not declare parameters, states or inputs. */
  expand(inputs: readonly Tensor[], attrs: A): readonly Tensor[];
  /** Gradients of the inputs; without it the expansion is differentiated. Checked against the expansion by `testOp`. */
  gradient?(context: FunctionGradientContext<A>): readonly (Tensor | undefined)[];
  /** What takes its place in inference mode, with results of the same types. */
  inference?(inputs: readonly Tensor[], attrs: A): readonly Tensor[];
  /**
   * Kernels for these types, made by `defineLowering` of `@netwright/compiler`; without it the expansion is compiled. Checked against the expansion by `testOp`.
   */
  lower?(signature: FunctionSignature, attrs: A): FunctionLowering;
}

/** The types that a function was called with. */
export interface FunctionSignature {
  readonly inputs: readonly TensorType[];
  readonly outputs: readonly TensorType[];
}

/** Declares a function. The value holds no state; call it with {@link callFunction}. */
export function defineFunction<A extends FunctionAttrs>(record: FunctionRecord<A>): FunctionRecord<A> {
  return record;
}

/**
 * Applies a function to tensors of one graph and returns its results. The graph carries the bodies from then on.
 *
 * Errors: `graph.foreign`, `function.operands` without operands, `function.attrs` for attributes that are not plain data, `function.body` when the
 * record breaks its contract; errors of the operations in the body get the caller's scope.
 */
export function callFunction<A extends FunctionAttrs>(
  record: FunctionRecord<A>,
  inputs: readonly Tensor[],
  attrs: A,
): readonly Tensor[] {
  if (inputs.length === 0) {
    throw new NetwrightError({
      code: 'function.operands',
      operation: record.name,
      expected: 'at least one operand, whose graph the call joins',
      received: 'none',
    });
  }
  const { builder } = inputs[0];
  builder.requireOwned(record.name, inputs);
  const types = inputs.map(({ type }) => type);
  const key = `${record.name}(${types.map(formatType).join(', ')})${attributesText(record.name, builder.scope, attrs)}`;
  const registered = builder.functionOf(record, key, () =>
    withErrorScope(builder.scope, () => instantiate(record, types, attrs)),
  );
  const resultTypes = resultTypesOf(builder.getFunction(registered).body);
  const call = builder.append({
    op: 'call',
    inputs: inputs.map(({ id }) => id),
    attrs: { function: registered },
    type: resultTypes[0],
    scope: builder.scope,
  });
  return resultTypes.map((type, index) =>
    builder.append({ op: 'result', inputs: [call.id], attrs: { index }, type, scope: builder.scope }),
  );
}

/** Types of a body's results, in order. */
export function resultTypesOf(body: Graph): readonly TensorType[] {
  return Object.values(body.outputs).map(({ value }) => body.nodes[value].type);
}

function attributesText(name: string, scope: string, attrs: FunctionAttrs): string {
  const stray = strayPath(attrs);
  if (stray === undefined) return JSON.stringify(encodeData(attrs));
  throw new NetwrightError({
    code: 'function.attrs',
    operation: name,
    scope,
    expected: 'attributes of numbers, strings, booleans, null, arrays and objects',
    received: `something else at attrs${stray}`,
    hint: 'pass tensors as operands',
  });
}

function instantiate<A extends FunctionAttrs>(
  record: FunctionRecord<A>,
  types: readonly TensorType[],
  attrs: A,
): FunctionDef {
  const { name, gradient, inference } = record;
  const body = bodyOf(types, (inputs) => record.expand(inputs, attrs));
  const results = resultTypesOf(body);
  requireBody(name, 'expand', leavesProblem(body, types.length));
  requireBody(name, 'expand', results.length === 0 ? 'it has no results' : undefined);
  const ownGradient =
    gradient === undefined ? undefined : gradientBody(types, results, (context) => gradient({ ...context, attrs }));
  if (ownGradient !== undefined) {
    requireBody(name, 'gradient', leavesProblem(ownGradient, types.length + 2 * results.length));
    requireBody(name, 'gradient', gradientProblem(ownGradient, types));
  }
  const inferenceBody = inference === undefined ? undefined : bodyOf(types, (inputs) => inference(inputs, attrs));
  if (inferenceBody !== undefined) {
    requireBody(name, 'inference', leavesProblem(inferenceBody, types.length));
    requireBody(name, 'inference', resultsProblem(inferenceBody, results));
  }
  const lowering = record.lower?.({ inputs: types, outputs: results }, attrs);
  return {
    name,
    attrs,
    body,
    ...(ownGradient === undefined ? {} : { gradient: ownGradient }),
    ...(inferenceBody === undefined ? {} : { inference: inferenceBody }),
    ...(lowering === undefined ? {} : { lowering }),
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

function leavesProblem({ inputs, parameters, states, updates }: Graph, expected: number): string | undefined {
  const declared = [...Object.keys(inputs).slice(expected), ...Object.keys(parameters), ...Object.keys(states)];
  if (declared.length > 0) return `it declares ${declared.join(', ')}`;
  return Object.keys(updates).length > 0 ? `it updates ${Object.keys(updates).join(', ')}` : undefined;
}

function gradientProblem(gradient: Graph, types: readonly TensorType[]): string | undefined {
  for (const [name, { value }] of Object.entries(gradient.outputs)) {
    const input = types.at(Number(name.slice(1)));
    const { type } = gradient.nodes[value];
    if (input === undefined) return `it gives more gradients than there are operands (${String(types.length)})`;
    if (input.dtype !== 'f32') return `it gives operand ${name.slice(1)}, ${formatType(input)}, a gradient`;
    if (!equalTypes(type, input)) {
      return `the gradient of operand ${name.slice(1)}, ${formatType(input)}, is ${formatType(type)}`;
    }
  }
  return undefined;
}

function resultsProblem(body: Graph, expected: readonly TensorType[]): string | undefined {
  const results = resultTypesOf(body);
  const same = results.length === expected.length && results.every((type, index) => equalTypes(type, expected[index]));
  return same
    ? undefined
    : `it gives ${results.map(formatType).join(', ')} and expand ${expected.map(formatType).join(', ')}`;
}

function requireBody(name: string, part: 'expand' | 'gradient' | 'inference', problem: string | undefined): void {
  if (problem === undefined) return;
  throw new NetwrightError({
    code: 'function.body',
    operation: name,
    expected: 'operations on the operands alone, with results of the declared types',
    reasons: [`${part}: ${problem}`],
    hint: 'pass parameters, states and random keys in as operands',
  });
}
