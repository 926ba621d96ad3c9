// Reverse-mode automatic differentiation as a graph rewrite: gradients are ordinary nodes and can be differentiated again.

import { GraphBuilder } from './builder.ts';
import { NetwrightError } from './errors.ts';
import { resultTypesOf } from './function.ts';
import {
  isPrimitiveNode,
  type CallNode,
  type FunctionDef,
  type Graph,
  type InputDef,
  type Node,
  type OutputDef,
  type PrimitiveNode,
} from './graph.ts';
import { inlineGraph } from './inline.ts';
import type { PrimitiveName } from './ops/attributes.ts';
import { add } from './ops/add.ts';
import { constantLike } from './ops/constant.ts';
import { gradientRules } from './ops/gradients.ts';
import type { GradientRule } from './primitive.ts';
import type { Tensor } from './tensor.ts';
import { equalTypes, formatType, type TensorType } from './tensor-type.ts';

/**
 * Gradients of `value` with respect to each of `wrt`, appended to their graph. Where one of `wrt` depends on another, the gradient of the latter
 * includes what flows through the former.
 *
 * @param value - f32 tensor of one graph, a scalar unless `seed` is given.
 * @param wrt - f32 tensors; one that `value` does not depend on gets zeros.
 * @param seed - gradient of `value`, of its type; default 1. Errors: `autodiff.scalar`, `autodiff.dtype`, `autodiff.seed`, `graph.foreign`.
 */
export function gradients(value: Tensor, wrt: readonly Tensor[], seed?: Tensor): readonly Tensor[] {
  const { builder } = value;
  builder.requireOwned('gradients', seed === undefined ? wrt : [...wrt, seed]);
  for (const tensor of [value, ...wrt]) requireFloat(tensor);
  if (seed === undefined && value.shape.length > 0) {
    throw new NetwrightError({
      code: 'autodiff.scalar',
      operation: 'gradients',
      scope: builder.node(value.id).scope,
      expected: 'a scalar, or a seed of the same type',
      received: formatType(value.type),
      hint: 'reduce it with mean() or sum(), or pass the gradient of each element as seed',
    });
  }
  if (seed !== undefined && !equalTypes(seed.type, value.type)) {
    throw new NetwrightError({
      code: 'autodiff.seed',
      operation: 'gradients',
      scope: builder.node(value.id).scope,
      expected: `a seed of type ${formatType(value.type)}`,
      received: formatType(seed.type),
    });
  }
  const grads = backward(builder, new Map([[value.id, seed ?? constantLike(value, 1)]]), wrt);
  return wrt.map((tensor, index) => grads[index] ?? constantLike(tensor, 0));
}

/**
 * A graph with one more output for each gradient: `d<of>/d<name>` of the scalar output `of` for every named input or parameter.
 *
 * Errors: `autodiff.output` and `autodiff.name` for unknown names, and those of {@link gradients}.
 */
export function differentiate<I extends string, O extends string, Of extends O, W extends string>(
  graph: Graph<I, O>,
  of: Of,
  wrt: readonly W[],
): Graph<I, O | `d${Of}/d${W}`> {
  const builder = GraphBuilder.from(graph);
  const target = own<OutputDef>(graph.outputs, of);
  if (target === undefined) {
    throw new NetwrightError({
      code: 'autodiff.output',
      operation: 'differentiate',
      expected: `one of the outputs [${Object.keys(graph.outputs).join(', ')}]`,
      received: of,
    });
  }
  const leaves = wrt.map((name) => {
    const leaf = own<InputDef>(graph.inputs, name) ?? own(graph.parameters, name);
    if (leaf === undefined) {
      throw new NetwrightError({
        code: 'autodiff.name',
        operation: 'differentiate',
        expected: 'the name of an input or parameter',
        received: name,
      });
    }
    return builder.tensor(leaf.value);
  });
  gradients(builder.tensor(target.value), leaves).forEach((grad, index) => {
    builder.output(`d${of}/d${wrt[index]}`, grad);
  });
  return builder.finish();
}

function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function requireFloat(tensor: Tensor): void {
  if (tensor.dtype === 'f32') return;
  throw new NetwrightError({
    code: 'autodiff.dtype',
    operation: 'gradients',
    scope: tensor.builder.node(tensor.id).scope,
    expected: 'f32 tensors',
    received: formatType(tensor.type),
    hint: 'only f32 values have gradients; cast() passes none from other element types',
  });
}

/** Sums what flows back from several seeded values to each of `wrt`; undefined where nothing does. */
function backward(
  builder: GraphBuilder,
  seeds: ReadonlyMap<number, Tensor>,
  wrt: readonly Tensor[],
): readonly (Tensor | undefined)[] {
  const last = Math.max(...seeds.keys());
  const active = dependents(builder, wrt, last);
  const grads = new Map<number, Tensor>(seeds);
  const callGrads = new Map<number, Map<number, Tensor>>();
  const calls = new CallGradients(builder);
  for (let id = last; id >= 0; id--) {
    const node = builder.node(id);
    if (!active.has(id)) continue;
    const accumulate = (input: number, grad: Tensor | undefined): void => {
      if (grad === undefined || !active.has(input)) return;
      if (!equalTypes(grad.type, builder.node(input).type)) throw gradientTypeError(node, grad, builder.node(input));
      const sum = grads.get(input);
      grads.set(input, sum === undefined ? grad : add(sum, grad));
    };
    const results = callGrads.get(id);
    const grad = grads.get(id);
    if (node.op === 'call' && results !== undefined) {
      builder.at(node.scope, () => {
        calls.differentiate(id, node, results, active).forEach((inputGrad, index) => {
          accumulate(node.inputs[index], inputGrad);
        });
      });
    } else if (node.op === 'result' && grad !== undefined) {
      const [call] = node.inputs;
      const ofCall = callGrads.get(call) ?? new Map<number, Tensor>();
      const sum = ofCall.get(node.attrs.index);
      callGrads.set(call, ofCall.set(node.attrs.index, sum === undefined ? grad : add(sum, grad)));
    } else if (grad !== undefined && isPrimitiveNode(node)) {
      builder.at(node.scope, () => {
        differentiatePrimitive(builder, id, node, grad, active).forEach((inputGrad, index) => {
          accumulate(node.inputs[index], inputGrad);
        });
      });
    }
  }
  return wrt.map((tensor) => grads.get(tensor.id));
}

/** Values up to `last` that depend on one of `wrt` through f32 values. */
function dependents(builder: GraphBuilder, wrt: readonly Tensor[], last: number): ReadonlySet<number> {
  const active = new Set(wrt.map(({ id }) => id));
  for (let id = 0; id <= last; id++) {
    const node = builder.node(id);
    if ((node.type.dtype === 'f32' || node.op === 'call') && node.inputs.some((input) => active.has(input)))
      active.add(id);
  }
  return active;
}

function differentiatePrimitive(
  builder: GraphBuilder,
  id: number,
  node: PrimitiveNode,
  grad: Tensor,
  active: ReadonlySet<number>,
): readonly (Tensor | undefined)[] {
  const rule = gradientRules[node.op] as GradientRule<PrimitiveName> | null;
  if (rule === null) return [];
  return rule({
    inputs: node.inputs.map((input) => builder.tensor(input)),
    output: builder.tensor(id),
    attrs: node.attrs,
    grad,
    needs: node.inputs.map((input) => active.has(input)),
  });
}

/** Gradients of calls, with what they share: derived gradients of functions and the results that exist. */
class CallGradients {
  private readonly builder: GraphBuilder;
  private readonly derived = new Map<string, Graph>();
  private readonly results = new Map<number, Map<number, Tensor>>();

  constructor(builder: GraphBuilder) {
    this.builder = builder;
    for (let id = 0; id < builder.length; id++) {
      const node = builder.node(id);
      if (node.op === 'result') this.resultsOf(node.inputs[0]).set(node.attrs.index, builder.tensor(id));
    }
  }

  /** Gradients of the operands of the call `id`, from those of its results by index. */
  differentiate(
    id: number,
    node: CallNode,
    resultGrads: ReadonlyMap<number, Tensor>,
    active: ReadonlySet<number>,
  ): readonly (Tensor | undefined)[] {
    const { builder } = this;
    const gradient = this.gradientOf(node.attrs.function);
    const inputs = Object.fromEntries(node.inputs.map((input, i) => [`x${String(i)}`, builder.tensor(input)]));
    resultTypesOf(builder.getFunction(node.attrs.function).body).forEach((type, index) => {
      const output = this.result(id, node, index, type);
      inputs[`y${String(index)}`] = output;
      inputs[`g${String(index)}`] = resultGrads.get(index) ?? constantLike(output, 0);
    });
    const wanted = node.inputs.map((input, index) => {
      const name = `d${String(index)}`;
      return active.has(input) && Object.hasOwn(gradient.outputs, name) ? name : undefined;
    });
    const grads = inlineGraph(
      builder,
      gradient,
      inputs,
      wanted.filter((name) => name !== undefined),
    );
    return wanted.map((name) => (name === undefined ? undefined : grads[name]));
  }

  private gradientOf(key: string): Graph {
    const def = this.builder.getFunction(key);
    if (def.gradient !== undefined) return def.gradient;
    const gradient = this.derived.get(key) ?? deriveGradient(def);
    this.derived.set(key, gradient);
    return gradient;
  }

  private result(call: number, { scope }: CallNode, index: number, type: TensorType): Tensor {
    const results = this.resultsOf(call);
    const result =
      results.get(index) ?? this.builder.append({ op: 'result', inputs: [call], attrs: { index }, type, scope });
    results.set(index, result);
    return result;
  }

  private resultsOf(call: number): Map<number, Tensor> {
    const results = this.results.get(call) ?? new Map<number, Tensor>();
    this.results.set(call, results);
    return results;
  }
}

/** The gradient of a function that brings none: its expansion, differentiated in a graph of its own. */
function deriveGradient(def: FunctionDef): Graph {
  const builder = GraphBuilder.from(def.body);
  const names = Object.keys(def.body.outputs);
  const seeds = new Map<number, Tensor>();
  const values = names.map((name) => builder.tensor(def.body.outputs[name].value));
  values.forEach(({ type }, index) => builder.input(`y${String(index)}`, type));
  values.forEach((value, index) => {
    const seed = builder.input(`g${String(index)}`, value.type);
    builder.removeOutput(names[index]);
    const sum = seeds.get(value.id);
    if (value.dtype === 'f32') seeds.set(value.id, sum === undefined ? seed : add(sum, seed));
  });
  const wrt = Object.values(def.body.inputs).map(({ value }) => builder.tensor(value));
  const smooth = wrt.flatMap((tensor, index) => (tensor.dtype === 'f32' ? [index] : []));
  const grads = backward(
    builder,
    seeds,
    smooth.map((index) => wrt[index]),
  );
  smooth.forEach((index, position) => {
    const grad = grads[position];
    if (grad !== undefined) builder.output(`d${String(index)}`, grad);
  });
  return builder.finish();
}

function gradientTypeError(node: Node, grad: Tensor, input: Node): NetwrightError {
  return new NetwrightError({
    code: 'autodiff.type',
    operation: node.op,
    scope: node.scope,
    expected: `a gradient of type ${formatType(input.type)}`,
    received: formatType(grad.type),
    hint: "the operation's gradient rule is wrong",
  });
}
