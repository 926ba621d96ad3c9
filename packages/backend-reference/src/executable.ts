// Runs a graph node by node.

import type { CompileReport, Executable, TensorData } from '@netwright/compiler';
import type { HostStore } from '@netwright/compiler/interpreter';
import {
  bindShape,
  costOf,
  isPrimitiveNode,
  primitives,
  reachable,
  type Graph,
  type NdArray,
  type Primitive,
  type PrimitiveName,
  type PrimitiveNode,
} from '@netwright/ir';
import { fromTensorData, toTensorData, type Precision } from './tensor-data.ts';

export class ReferenceExecutable implements Executable {
  readonly report: CompileReport;
  private readonly graph: Graph;
  private readonly store: HostStore;
  private readonly dims: Readonly<Record<string, number>>;
  private readonly precision: Precision;
  private readonly order: readonly number[];
  /** For each value, the last value that reads it; outputs and updates are kept to the end. */
  private readonly lastUse: ReadonlyMap<number, number>;

  constructor(graph: Graph, store: HostStore, dims: Readonly<Record<string, number>>, precision: Precision) {
    this.graph = graph;
    this.store = store;
    this.dims = dims;
    this.precision = precision;
    const results = [...Object.values(graph.outputs).map(({ value }) => value), ...Object.values(graph.updates)];
    this.order = reachable(graph, results);
    this.lastUse = lastUses(graph, this.order, results);
    this.report = this.describe();
  }

  run(inputs: Readonly<Record<string, TensorData>>): Promise<Record<string, TensorData>> {
    return Promise.resolve().then(() => {
      const values = this.evaluate(inputs);
      const outputs = Object.entries(this.graph.outputs).map(([name, { value }]) => {
        const { dtype } = this.graph.nodes[value].type;
        return [name, toTensorData(dtype, [...values[value].shape], values[value].data, this.precision)] as const;
      });
      const updates = Object.entries(this.graph.updates);
      for (const [name, value] of updates) this.store.data(name).set(values[value].data);
      if (updates.length > 0) this.store.version++;
      return Object.fromEntries(outputs);
    });
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }

  private evaluate(inputs: Readonly<Record<string, TensorData>>): readonly NdArray[] {
    const values: NdArray[] = [];
    for (const id of this.order) {
      const node = this.graph.nodes[id];
      const shape = bindShape(node.type.shape, this.dims);
      if (node.op === 'input') values[id] = { shape, data: fromTensorData(inputs[node.attrs.name], this.precision) };
      else if (node.op === 'parameter' || node.op === 'state')
        // A copy: one entry's new value may be another's old one.
        values[id] = { shape, data: Float64Array.from(this.store.data(node.attrs.name)) };
      else if (isPrimitiveNode(node)) values[id] = { shape, data: this.evaluateNode(node, values, shape) };
      else throw new RangeError(`${node.op}: functions must be inlined before a graph is loaded`);
      for (const input of node.inputs) if (this.lastUse.get(input) === id) Reflect.deleteProperty(values, input);
    }
    return values;
  }

  private evaluateNode(node: PrimitiveNode, values: readonly NdArray[], shape: readonly number[]): Float64Array {
    const primitive = primitives[node.op] as unknown as Primitive<PrimitiveName>;
    const single = this.precision === 'f32';
    const data = primitive.evaluate({
      inputs: node.inputs.map((input) => values[input]),
      inputTypes: node.inputs.map((input) => this.graph.nodes[input].type),
      attrs: node.attrs,
      shape,
      dims: this.dims,
      round: single ? Math.fround : (value) => value,
    });
    return single && node.type.dtype === 'f32' ? data.map(Math.fround) : data;
  }

  private describe(): CompileReport {
    const { graph, order, dims } = this;
    const bytes = (id: number): number =>
      8 * bindShape(graph.nodes[id].type.shape, dims).reduce((product, dim) => product * dim, 1);
    const cost = costOf(graph, dims);
    let live = 0;
    let peak = 0;
    for (const id of order) {
      live += bytes(id);
      peak = Math.max(peak, live);
      for (const input of new Set(graph.nodes[id].inputs)) if (this.lastUse.get(input) === id) live -= bytes(input);
    }
    return {
      backend: 'reference',
      target: this.precision,
      kernels: order
        .map((id) => graph.nodes[id])
        .filter(isPrimitiveNode)
        .map(({ op, scope }) => ({
          name: scope === '' ? op : `${scope}:${op}`,
          operations: [op],
          schedule: 'evaluate',
        })),
      parameters: cost.parameters,
      persistentBytes: [...Object.values(graph.parameters), ...Object.values(graph.states)].reduce(
        (sum, { value }) => sum + bytes(value),
        0,
      ),
      arenaBytes: 0,
      peakBytes: peak,
      macs: cost.macs + cost.matmulMacs,
      compileMilliseconds: 0,
    };
  }
}

function lastUses(graph: Graph, order: readonly number[], kept: readonly number[]): ReadonlyMap<number, number> {
  const uses = new Map<number, number>();
  for (const id of order) for (const input of graph.nodes[id].inputs) uses.set(input, id);
  for (const id of kept) uses.delete(id);
  return uses;
}
