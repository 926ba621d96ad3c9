// What a graph costs: a fold over its nodes, with each primitive's own rule. Allocates no tensors.

import { activationsOf, dependentsOf, rootsOf } from './dependents.ts';
import { bindShape } from './dim.ts';
import { isPrimitiveNode, type Graph, type Node } from './graph.ts';
import { reachable } from './inline.ts';
import type { PrimitiveName } from './ops/attributes.ts';
import { primitives } from './ops/primitives.ts';
import type { Primitive } from './primitive.ts';
import { BYTES_PER_ELEMENT, type TensorType } from './tensor-type.ts';

/** What one run of a graph costs, for the sizes that `costOf` was given. */
export interface Cost {
  /** Elements of all parameters, frozen ones included; states (running statistics, moments) do not count. */
  readonly parameters: number;
  /** Elements of those that train. */
  readonly trainableParameters: number;
  /** Multiply-adds of convolutions and matrix products one operand of which is a parameter, or computed from parameters and states alone. */
  readonly macs: number;
  /** Multiply-adds of the others: products of activations, as in attention. */
  readonly matmulMacs: number;
  /** Bytes of the results of all layers; what `reshape` and other views give is not counted again. */
  readonly activationBytes: number;
}

/** One layer of a summary: a call of a function, or a primitive that stands on its own. */
export interface SummaryRow {
  /** Scope of the layer, e.g. `layer1.0.conv1`. */
  readonly scope: string;
  /** The function or primitive, e.g. `conv2d`, `batchNorm`, `relu`. */
  readonly operation: string;
  readonly outputShape: readonly number[];
  /** Elements of the parameters that this row is the first to read. */
  readonly parameters: number;
  readonly macs: number;
  readonly matmulMacs: number;
  readonly activationBytes: number;
}

/** The layers of a graph in order of execution, and their sums. */
export interface Summary {
  readonly rows: readonly SummaryRow[];
  readonly totals: Cost;
}

type Dims = Readonly<Record<string, number>>;

interface Macs {
  readonly macs: number;
  readonly matmulMacs: number;
}

/** Totals of what outputs and updates need, for the given sizes of symbolic dimensions. Errors: `dim.unbound`. */
export function costOf(graph: Graph, dims: Dims = { N: 1 }): Cost {
  return summarize(graph, dims).totals;
}

/**
 * One row for each layer, in the order of execution, and the totals. A layer is a function call or a primitive that computes something from the
 * inputs; a primitive that only combines the result of a layer in its own scope with parameters (the addition of a bias) belongs to that layer.
 * Views have no rows. Errors: `dim.unbound`.
 *
 * @param dims - sizes of the symbolic dimensions; by default a batch `N` of 1.
 */
export function summarize(graph: Graph, dims: Dims = { N: 1 }): Summary {
  return new Fold(graph, dims).summary();
}

interface Layer {
  readonly node: Node;
  readonly operation: string;
  readonly values: number[];
  shape: readonly number[];
  parameters: number;
  macs: number;
  matmulMacs: number;
}

class Fold {
  private readonly graph: Graph;
  private readonly dims: Dims;
  private readonly order: readonly number[];
  private readonly roots: ReadonlySet<number>;
  /** Values that depend on a graph input. */
  private readonly activations: ReadonlySet<number>;
  private readonly layers: Layer[] = [];
  /** The layer that computed a value; views belong to the layer of what they show. */
  private readonly layerOf = new Map<number, Layer>();
  private readonly costed = new Set<number>();
  private readonly bodies = new Map<string, Macs>();

  constructor(graph: Graph, dims: Dims) {
    this.graph = graph;
    this.dims = dims;
    this.roots = new Set(rootsOf(graph));
    this.order = reachable(graph, rootsOf(graph));
    this.activations = activationsOf(graph);
    for (const id of this.order) this.visit(id);
  }

  summary(): Summary {
    const { graph, layers, order } = this;
    const bytes = this.activationBytes();
    const rows = layers.map(({ node, operation, shape, parameters, macs, matmulMacs }, index) => ({
      scope: node.scope,
      operation,
      outputShape: shape,
      parameters,
      macs,
      matmulMacs,
      activationBytes: bytes[index],
    }));
    const macs = addMacs(order.map((id) => this.macsOf(graph, id, (input) => this.activations.has(input))));
    const parameters = Object.values(graph.parameters);
    const elements = (defs: typeof parameters): number => total(defs.map(({ type }) => this.elements(type)));
    return {
      rows,
      totals: {
        parameters: elements(parameters),
        trainableParameters: elements(parameters.filter(({ trainable }) => trainable)),
        ...macs,
        activationBytes: total(bytes),
      },
    };
  }

  private visit(id: number): void {
    if (!this.activations.has(id)) return;
    const node = this.graph.nodes[id];
    if (!isPrimitiveNode(node) && node.op !== 'call' && node.op !== 'result') return;
    const sources = node.inputs.filter((input) => this.activations.has(input));
    const [source] = sources;
    const before = this.layerOf.get(source);
    const single = sources.length === 1;
    if (single && (node.op === 'result' || isView(node))) {
      if (before === undefined) return;
      this.layerOf.set(id, before);
      if (node.op === 'result') before.values.push(id);
      if (node.scope === before.node.scope && isView(node)) before.shape = bindShape(node.type.shape, this.dims);
      this.claim(before, node);
      return;
    }
    const joins = single && before !== undefined && before.node.scope === node.scope && isElementwise(node);
    const layer = joins && before.node.op !== 'call' ? before : this.open(node);
    layer.shape = bindShape(node.type.shape, this.dims);
    layer.values.push(id);
    this.layerOf.set(id, layer);
    this.addMacs(layer, id);
    this.claim(layer, node);
  }

  private open(node: Node): Layer {
    const operation = node.op === 'call' ? this.graph.functions[node.attrs.function].name : node.op;
    const layer = { node, operation, values: [], shape: [], parameters: 0, macs: 0, matmulMacs: 0 };
    this.layers.push(layer);
    return layer;
  }

  private addMacs(layer: Layer, id: number): void {
    const { macs, matmulMacs } = this.macsOf(this.graph, id, (input) => this.activations.has(input));
    layer.macs += macs;
    layer.matmulMacs += matmulMacs;
  }

  /** Gives the layer the parameters, and the products of parameters, that `node` is the first to read. */
  private claim(layer: Layer, node: Node): void {
    const left = [...node.inputs];
    for (let id = left.pop(); id !== undefined; id = left.pop()) {
      if (this.activations.has(id) || this.costed.has(id)) continue;
      this.costed.add(id);
      const { op, type, inputs } = this.graph.nodes[id];
      if (op === 'parameter') layer.parameters += this.elements(type);
      this.addMacs(layer, id);
      left.push(...inputs);
    }
  }

  private macsOf(graph: Graph, id: number, isActivation: (value: number) => boolean): Macs {
    const node = graph.nodes[id];
    if (node.op === 'call') return this.bodyMacs(graph, node.attrs.function, node.inputs.map(isActivation));
    if (!isPrimitiveNode(node)) return NO_MACS;
    const { macs } = primitives[node.op] as unknown as Primitive<PrimitiveName>;
    const shapes = node.inputs.map((input) => bindShape(graph.nodes[input].type.shape, this.dims));
    const count = macs(shapes, node.attrs, bindShape(node.type.shape, this.dims));
    return node.inputs.every(isActivation) ? { macs: 0, matmulMacs: count } : { macs: count, matmulMacs: 0 };
  }

  private bodyMacs(graph: Graph, key: string, activeInputs: readonly boolean[]): Macs {
    const { body } = graph.functions[key];
    const known = `${key} ${activeInputs.map(Number).join('')}`;
    const cached = graph === this.graph ? this.bodies.get(known) : undefined;
    if (cached !== undefined) return cached;
    const inputs = Object.values(body.inputs).map(({ value }) => value);
    const active = dependentsOf(
      body,
      inputs.filter((_, index) => activeInputs[index]),
    );
    const macs = addMacs(
      reachable(body, rootsOf(body)).map((inner) => this.macsOf(body, inner, (value) => active.has(value))),
    );
    if (graph === this.graph) this.bodies.set(known, macs);
    return macs;
  }

  /** For each layer, the bytes of its values that another layer, an output or an update reads. */
  private activationBytes(): readonly number[] {
    const { graph, layerOf } = this;
    const shown = (id: number): number => {
      const node = graph.nodes[id];
      const source = node.inputs.find((input) => this.activations.has(input));
      const seesThrough = isView(node) && source !== undefined && layerOf.get(source) === layerOf.get(id);
      return seesThrough && !this.layerOf.get(id)?.values.includes(id) ? shown(source) : id;
    };
    const leaving = new Set<number>();
    for (const id of this.order) {
      const layer = layerOf.get(id);
      if (layer !== undefined && this.roots.has(id)) leaving.add(shown(id));
      for (const input of graph.nodes[id].inputs) {
        if (layer !== undefined && layerOf.get(input) !== layer) leaving.add(shown(input));
      }
    }
    return this.layers.map(({ values }) =>
      total(
        values
          .filter((id) => leaving.has(id))
          .map((id) => this.elements(graph.nodes[id].type) * BYTES_PER_ELEMENT[graph.nodes[id].type.dtype]),
      ),
    );
  }

  private elements({ shape }: TensorType): number {
    return bindShape(shape, this.dims).reduce((product, dim) => product * dim, 1);
  }
}

const NO_MACS: Macs = { macs: 0, matmulMacs: 0 };

function isView(node: Node): boolean {
  return isPrimitiveNode(node) && primitives[node.op].traits.family === 'view';
}

function isElementwise(node: Node): boolean {
  return isPrimitiveNode(node) && primitives[node.op].traits.family === 'elementwise';
}

function addMacs(parts: readonly Macs[]): Macs {
  return { macs: total(parts.map(({ macs }) => macs)), matmulMacs: total(parts.map(({ matmulMacs }) => matmulMacs)) };
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
