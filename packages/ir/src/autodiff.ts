// Reverse-mode automatic differentiation as a graph rewrite: gradients are ordinary nodes and can be differentiated again.

import { GraphBuilder } from './builder.ts';
import { NetwrightError } from './errors.ts';
import { isPrimitiveNode, type FunctionDef, type Graph, type Node, type PrimitiveNode } from './graph.ts';
import { inlineGraph } from './inline.ts';
import type { PrimitiveName } from './ops/attributes.ts';
import { add } from './ops/add.ts';
import { constantLike } from './ops/constant.ts';
import { primitives } from './ops/primitives.ts';
import type { Primitive } from './primitive.ts';
import type { Tensor } from './tensor.ts';
import { equalTypes, formatType } from './tensor-type.ts';

/**
 * Gradients of `value` with respect to each of `wrt`, appended to their graph.
 *
 * @param value - f32 tensor of one graph, a scalar unless `seed` is given.
 * @param wrt - f32 tensors; one that `value` does not depend on gets zeros.
 * @param seed - gradient of `value`, of its type; default 1.
 */
export function gradients(value: Tensor, wrt: readonly Tensor[], seed?: Tensor): readonly Tensor[] {
  const { builder } = value;
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
  return backward(builder, new Map([[value.id, seed ?? constantLike(value, 1)]]), wrt);
}

/**
 * A graph with one more output for each gradient: `d<of>/d<name>` of the scalar output `of` for every named input or parameter.
 */
export function differentiate(graph: Graph, of: string, wrt: readonly string[]): Graph {
  const builder = GraphBuilder.from(graph);
  const target = Object.hasOwn(graph.outputs, of) ? graph.outputs[of] : undefined;
  if (target === undefined) {
    throw new NetwrightError({
      code: 'autodiff.output',
      operation: 'differentiate',
      expected: `one of the outputs [${Object.keys(graph.outputs).join(', ')}]`,
      received: of,
    });
  }
  const leaves = wrt.map((name) => {
    const leaf = Object.hasOwn(graph.inputs, name) ? graph.inputs[name] : Object.hasOwn(graph.parameters, name) ? graph.parameters[name] : undefined;
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

/** Sums what flows back from several seeded values to each of `wrt`. */
function backward(builder: GraphBuilder, seeds: ReadonlyMap<number, Tensor>, wrt: readonly Tensor[]): readonly Tensor[] {
  const last = Math.max(...seeds.keys());
  const active = dependents(builder, wrt, last);
  const grads = new Map<number, Tensor>(seeds);
  const callGrads = new Map<number, Map<number, Tensor>>();
  for (let id = last; id >= 0; id--) {
    const node = builder.node(id);
    if (!active.has(id)) continue;
    const accumulate = (input: number, grad: Tensor | undefined): void => {
      if (grad === undefined || !active.has(input)) return;
      const sum = grads.get(input);
      const total = sum === undefined ? grad : add(sum, grad);
      if (!equalTypes(total.type, builder.node(input).type)) throw gradientTypeError(node, total, builder.node(input));
      grads.set(input, total);
    };
    const results = callGrads.get(id);
    const grad = grads.get(id);
    if (node.op === 'call' && results !== undefined) {
      withScopeOf(builder, node, () => {
        differentiateCall(builder, id, results, active).forEach((inputGrad, index) => {
          accumulate(node.inputs[index], inputGrad);
        });
      });
    } else if (node.op === 'result' && grad !== undefined) {
      const [call] = node.inputs;
      const ofCall = callGrads.get(call) ?? new Map<number, Tensor>();
      callGrads.set(call, ofCall.set(node.attrs.index, grad));
    } else if (grad !== undefined && isPrimitiveNode(node)) {
      withScopeOf(builder, node, () => {
        differentiatePrimitive(builder, id, node, grad, active).forEach((inputGrad, index) => {
          accumulate(node.inputs[index], inputGrad);
        });
      });
    }
  }
  return wrt.map((tensor) => grads.get(tensor.id) ?? constantLike(tensor, 0));
}

/** Values up to `last` that depend on one of `wrt` through f32 values. */
function dependents(builder: GraphBuilder, wrt: readonly Tensor[], last: number): ReadonlySet<number> {
  const active = new Set(wrt.map(({ id }) => id));
  for (let id = 0; id <= last; id++) {
    const node = builder.node(id);
    if ((node.type.dtype === 'f32' || node.op === 'call') && node.inputs.some((input) => active.has(input))) active.add(id);
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
  const { vjp } = primitives[node.op] as unknown as Primitive<PrimitiveName>;
  if (vjp === null) return [];
  return vjp({
    inputs: node.inputs.map((input) => builder.tensor(input)),
    output: builder.tensor(id),
    attrs: node.attrs,
    grad,
    needs: node.inputs.map((input) => active.has(input)),
  });
}

function differentiateCall(
  builder: GraphBuilder,
  id: number,
  resultGrads: ReadonlyMap<number, Tensor>,
  active: ReadonlySet<number>,
): readonly (Tensor | undefined)[] {
  const node = builder.node(id);
  if (node.op !== 'call') return [];
  const def = builder.getFunction(node.attrs.function);
  const names = Object.keys(def.body.outputs);
  const inputs = Object.fromEntries(node.inputs.map((input, index) => [`x${String(index)}`, builder.tensor(input)]));
  const gradient = def.gradient ?? deriveGradient(def);
  const results = resultsOf(builder, id, names.length);
  names.forEach((_, index) => {
    const output = results[index];
    inputs[`y${String(index)}`] = output;
    inputs[`g${String(index)}`] = resultGrads.get(index) ?? constantLike(output, 0);
  });
  const wanted = Object.keys(gradient.outputs).filter((name) => active.has(node.inputs[Number(name.slice(1))]));
  const grads = inlineGraph(builder, gradient, inputs, wanted);
  return node.inputs.map((_, index) => (wanted.includes(`d${String(index)}`) ? grads[`d${String(index)}`] : undefined));
}

/** The gradient of a function that brings none: its expansion, differentiated in a graph of its own. */
function deriveGradient(def: FunctionDef): Graph {
  const builder = GraphBuilder.from(def.body);
  const names = Object.keys(def.body.outputs);
  const seeds = new Map<number, Tensor>();
  names.forEach((name, index) => {
    const value = builder.tensor(def.body.outputs[name].value);
    builder.input(`y${String(index)}`, value.type);
    const seed = builder.input(`g${String(index)}`, value.type);
    builder.removeOutput(name);
    const sum = seeds.get(value.id);
    if (value.dtype === 'f32') seeds.set(value.id, sum === undefined ? seed : add(sum, seed));
  });
  const wrt = Object.values(def.body.inputs)
    .map(({ value }) => builder.tensor(value))
    .filter(({ dtype }) => dtype === 'f32');
  const grads = backward(builder, seeds, wrt);
  wrt.forEach((tensor, index) => {
    const node = builder.node(tensor.id);
    if (node.op === 'input') builder.output(`d${node.attrs.name.slice(1)}`, grads[index]);
  });
  return builder.finish();
}

/** The result nodes that follow a call. */
function resultsOf(builder: GraphBuilder, call: number, count: number): readonly Tensor[] {
  return Array.from({ length: count }, (_, index) => {
    for (let id = call + 1; id < builder.length; id++) {
      const node = builder.node(id);
      if (node.op === 'result' && node.inputs[0] === call && node.attrs.index === index) return builder.tensor(id);
    }
    const { body } = builder.getFunction((builder.node(call) as Extract<Node, { op: 'call' }>).attrs.function);
    const type = body.nodes[Object.values(body.outputs)[index].value].type;
    return builder.append({ op: 'result', inputs: [call], attrs: { index }, type, scope: builder.node(call).scope });
  });
}

function withScopeOf(builder: GraphBuilder, node: Node, build: () => void): void {
  const outer = builder.scope;
  const relative = outer !== '' && node.scope.startsWith(`${outer}.`) ? node.scope.slice(outer.length + 1) : outer === node.scope ? '' : node.scope;
  builder.within(relative, build);
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
