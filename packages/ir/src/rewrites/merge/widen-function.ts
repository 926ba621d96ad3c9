// Functions that treat every channel alike: from a function on some channels the same function on more of them.

import { GraphBuilder } from '../../builder.ts';
import { multiplyDims, type Shape } from '../../dim.ts';
import { isPrimitiveNode, type FunctionDef, type Graph, type Node, type PrimitiveNode } from '../../graph.ts';
import { primitives } from '../../ops/primitives.ts';
import type { Tensor } from '../../tensor.ts';
import { formatType, tensorType } from '../../tensor-type.ts';
import { eliminateDeadCode } from '../eliminate-dead-code.ts';

/** Axis of the channels of a value; undefined where it has none. */
export type ChannelAxis = number | undefined;

export interface WidenedFunction {
  readonly def: FunctionDef;
  /** Axes of the results. */
  readonly axes: readonly ChannelAxis[];
}

/**
 * The function that does to `to` channels what `def` does to `from`, or undefined where that cannot be seen from its bodies: when some value
 * mixes channels, or depends on which channel it is.
 *
 * @param axes - of each operand.
 */
export function widenFunction(
  def: FunctionDef,
  axes: readonly ChannelAxis[],
  from: number,
  to: number,
): WidenedFunction | undefined {
  const named = (prefix: string, list: readonly ChannelAxis[]): readonly (readonly [string, ChannelAxis])[] =>
    list.map((axis, index) => [`${prefix}${String(index)}`, axis]);
  const operands = named('x', axes);
  const body = widenGraph(def.body, new Map(operands), from, to);
  if (body === undefined) return undefined;
  const results = Object.values(body.axes);
  const widened: { body: Graph; gradient?: Graph; inference?: Graph } = { body: body.graph };
  if (def.gradient !== undefined) {
    const known = new Map([...operands, ...named('y', results), ...named('g', results)]);
    const gradient = widenGraph(def.gradient, known, from, to);
    const fits = Object.entries(gradient?.axes ?? {}).every(([name, axis]) => axis === axes[Number(name.slice(1))]);
    if (gradient === undefined || !fits) return undefined;
    widened.gradient = gradient.graph;
  }
  if (def.inference !== undefined) {
    const inference = widenGraph(def.inference, new Map(operands), from, to);
    if (inference === undefined || Object.values(inference.axes).some((axis, i) => axis !== results[i]))
      return undefined;
    widened.inference = inference.graph;
  }
  return { def: { name: def.name, attrs: def.attrs, ...widened }, axes: results };
}

interface WidenedGraph {
  readonly graph: Graph;
  /** Axes of the outputs by name. */
  readonly axes: Readonly<Record<string, ChannelAxis>>;
}

function widenGraph(
  graph: Graph,
  inputAxes: ReadonlyMap<string, ChannelAxis>,
  from: number,
  to: number,
): WidenedGraph | undefined {
  const widening = new Widening(graph, inputAxes, from, to);
  return widening.run() ? widening.result() : undefined;
}

interface Value {
  readonly tensor: Tensor;
  readonly axis: ChannelAxis;
}

class Widening {
  private readonly graph: Graph;
  private readonly inputAxes: ReadonlyMap<string, ChannelAxis>;
  private readonly from: number;
  private readonly to: number;
  private readonly builder = new GraphBuilder();
  private readonly values: Value[] = [];
  private readonly callAxes = new Map<number, readonly ChannelAxis[]>();

  constructor(graph: Graph, inputAxes: ReadonlyMap<string, ChannelAxis>, from: number, to: number) {
    this.graph = graph;
    this.inputAxes = inputAxes;
    this.from = from;
    this.to = to;
  }

  /** False where the graph is not channelwise. */
  run(): boolean {
    return this.graph.nodes.every((node, id) => {
      const value = this.widen(node, id);
      if (value !== undefined) this.values.push(value);
      return value !== undefined;
    });
  }

  result(): WidenedGraph {
    const { builder, graph, values } = this;
    for (const [name, { value }] of Object.entries(graph.outputs)) builder.output(name, values[value].tensor);
    const axes = Object.entries(graph.outputs).map(([name, { value }]) => [name, values[value].axis] as const);
    return { graph: eliminateDeadCode.run(builder.finish()), axes: Object.fromEntries(axes) };
  }

  private widen(node: Node, id: number): Value | undefined {
    if (node.op === 'input') {
      const axis = this.inputAxes.get(node.attrs.name);
      if (axis !== undefined && node.type.shape[axis] !== this.from) return undefined;
      const { dtype, shape } = node.type;
      return { tensor: this.builder.input(node.attrs.name, tensorType(dtype, this.widened(shape, axis))), axis };
    }
    if (node.op === 'call') return this.widenCall(node, id);
    if (node.op === 'result') return this.append(node, this.callAxes.get(node.inputs[0])?.[node.attrs.index]);
    if (!isPrimitiveNode(node)) return undefined;
    const axes = node.inputs.map((input) => this.values[input].axis);
    return axes.every((axis) => axis === undefined) ? this.append(node, undefined) : this.widenPrimitive(node, axes);
  }

  private widenCall(node: Extract<Node, { op: 'call' }>, id: number): Value | undefined {
    const axes = node.inputs.map((input) => this.values[input].axis);
    const def = this.graph.functions[node.attrs.function];
    const widened = axes.every((axis) => axis === undefined)
      ? { def, axes: Object.keys(def.body.outputs).map((): ChannelAxis => undefined) }
      : widenFunction(def, axes, this.from, this.to);
    if (widened === undefined) return undefined;
    this.callAxes.set(id, widened.axes);
    const types = node.inputs.map((input) => formatType(this.values[input].tensor.type));
    const key = this.builder.function(`${def.name}(${types.join(', ')})`, widened.def);
    return this.append({ ...node, attrs: { function: key } }, widened.axes[0]);
  }

  private widenPrimitive(node: PrimitiveNode, axes: readonly ChannelAxis[]): Value | undefined {
    const [axis] = axes.filter((known) => known !== undefined);
    if (axes.some((other) => other !== undefined && other !== axis)) return undefined;
    const { shape } = node.type;
    switch (node.op) {
      case 'sum':
      case 'amax': {
        if (node.attrs.axes.includes(axis)) return undefined;
        const removed = node.attrs.keepDims ? 0 : node.attrs.axes.filter((other) => other < axis).length;
        return this.append(node, axis - removed);
      }
      case 'broadcastTo': {
        const at = axis + shape.length - this.graph.nodes[node.inputs[0]].type.shape.length;
        if (shape[at] !== this.from) return undefined;
        return this.append({ ...node, attrs: { shape: this.widened(shape, at) } }, at);
      }
      case 'reshape': {
        const at = this.reshapedAxis(this.graph.nodes[node.inputs[0]].type.shape, axis, shape);
        return at === undefined ? undefined : this.append({ ...node, attrs: { shape: this.widened(shape, at) } }, at);
      }
      case 'transpose':
        return this.append(node, node.attrs.perm.indexOf(axis));
      case 'maxPool2d':
      case 'maxPool2dIndices':
      case 'maxPool2dSelect':
      case 'maxPool2dScatter':
      case 'avgPool2d':
      case 'avgPool2dAdjoint':
        return axis === 1 && axes.every((known) => known === axis) ? this.append(node, axis) : undefined;
      default:
        return primitives[node.op].traits.family === 'elementwise' ? this.widenElementwise(node, axis) : undefined;
    }
  }

  /** Operands without channels are the same for all of them: numbers and what they broadcast. */
  private widenElementwise(node: PrimitiveNode, axis: number): Value | undefined {
    const operands = node.inputs.map((input) => {
      const { tensor, axis: own } = this.values[input];
      return own === undefined ? this.spread(this.graph.nodes[input], axis) : tensor;
    });
    if (operands.some((operand) => operand === undefined)) return undefined;
    const inputs = operands.flatMap((operand) => (operand === undefined ? [] : [operand.id]));
    const type = tensorType(node.type.dtype, this.widened(node.type.shape, axis));
    return { tensor: this.builder.append({ ...node, inputs, type }), axis };
  }

  /** A value that does not differ along `axis`, with more channels. */
  private spread(node: Node, axis: number): Tensor | undefined {
    const shape = this.widened(node.type.shape, axis);
    const type = tensorType(node.type.dtype, shape);
    if (node.op === 'constant' && node.attrs.values.length === 1)
      return this.builder.append({ ...node, attrs: { ...node.attrs, shape }, type });
    if (node.op !== 'broadcastTo') return undefined;
    const { tensor } = this.values[node.inputs[0]];
    const at = axis - shape.length + tensor.shape.length;
    if (at >= 0 && tensor.shape[at] !== 1) return undefined;
    return this.builder.append({ ...node, inputs: [tensor.id], attrs: { shape }, type });
  }

  /** Where the channels are after a reshape that leaves them an axis of their own; undefined where it does not, or where that is not clear. */
  private reshapedAxis(before: Shape, axis: number, after: Shape): number | undefined {
    const lead = multiplyDims(...before.slice(0, axis));
    const fits = after.flatMap((dim, at) =>
      dim === this.from && multiplyDims(...after.slice(0, at)) === lead ? [at] : [],
    );
    return fits.length === 1 ? fits[0] : undefined;
  }

  private append(node: Node, axis: ChannelAxis): Value {
    const inputs = node.inputs.map((input) => this.values[input].tensor.id);
    const type = tensorType(node.type.dtype, this.widened(node.type.shape, axis));
    return { tensor: this.builder.append({ ...node, inputs, type }), axis };
  }

  private widened(shape: Shape, axis: ChannelAxis): Shape {
    return shape.map((dim, at) => (at === axis ? this.to : dim));
  }
}
