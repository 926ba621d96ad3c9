// From a graph to kernels: every value is a buffer, or part of the expressions of those who use it.

import { bindShape, isPrimitiveNode, reachable, type DType, type Graph, type PrimitiveName, type PrimitiveNode } from '@netwright/ir';
import { constant, load, rewrite } from '../kernels/expression.ts';
import { axisIndex, pureAxis, type Extents } from '../kernels/index-algebra.ts';
import type { Index } from '../kernels/index-expression.ts';
import type { Axis, BufferDecl, BufferRole, Expr, Kernel, KernelProgram } from '../kernels/kernel.ts';
import { rowMajorStorage } from '../kernels/storage.ts';
import { chooseFusion, type Fusion } from '../fusion/choose-fusion.ts';
import { lowerPrimitive, type ConcreteType, type LoweredNode, type Lowering } from './lowering.ts';
import { lowerings } from './lowerings.ts';
import { lowerUpdates } from './lower-updates.ts';
import { kernelDType } from './shape.ts';

/** Sizes of symbolic dimensions. */
export type Dims = Readonly<Record<string, number>>;

/**
 * Kernels for everything that outputs and updates need. New values of persistent entries are written by the last kernels, after every other read of
 * the old ones.
 *
 * @param graph - without calls.
 */
export function lowerGraph(graph: Graph, dims: Dims): KernelProgram {
  return new GraphLowering(graph, dims).run();
}

/** A value's definition in terms of buffers. */
interface Definition extends LoweredNode {
  readonly inlined: boolean;
}

class GraphLowering {
  private readonly graph: Graph;
  private readonly dims: Dims;
  private readonly buffers: BufferDecl[] = [];
  private readonly kernels: Kernel[] = [];
  private readonly bufferOf = new Map<number, number>();
  private readonly definitions = new Map<number, Definition>();
  private readonly fusion: Fusion;
  private readonly order: readonly number[];
  private readonly outputNames = new Map<number, string[]>();
  private readonly kernelNames = new Map<string, number>();

  constructor(graph: Graph, dims: Dims) {
    this.graph = graph;
    this.dims = dims;
    for (const [name, { value }] of Object.entries(graph.outputs)) {
      this.outputNames.set(value, [...(this.outputNames.get(value) ?? []), name]);
    }
    this.order = reachable(graph, [...this.outputNames.keys(), ...Object.values(graph.updates)]);
    this.fusion = chooseFusion(graph, this.order, (id) => this.typeOf(id).shape);
  }

  run(): KernelProgram {
    for (const [name, { value }] of Object.entries(this.graph.inputs)) this.declareLeaf(value, { kind: 'input', name });
    for (const id of this.order) this.lowerNode(id);
    for (const [value, names] of this.outputNames) if (this.needsCopy(value)) this.copyToOutput(value, names);
    const updates = Object.entries(this.graph.updates).map(([name, value]) => {
      const leaf = (this.graph.parameters[name] ?? this.graph.states[name]).value;
      return { name, node: value, target: this.leafBuffer(leaf), shape: this.typeOf(value).shape, scope: this.graph.nodes[value].scope };
    });
    const written = lowerUpdates(updates, {
      read: (node, index, extents, addReduction) => this.read(node, index, extents, addReduction),
      declare: (dtype, shape) => this.declare(dtype, shape, { kind: 'temporary' }),
      buffer: (id) => this.buffers[id],
    });
    for (const kernel of written) this.kernels.push({ ...kernel, name: this.uniqueName(kernel.name) });
    return { buffers: this.buffers, kernels: this.kernels };
  }

  private lowerNode(id: number): void {
    const node = this.graph.nodes[id];
    if (node.op === 'parameter' || node.op === 'state') {
      this.declareLeaf(id, { kind: 'persistent', name: node.attrs.name });
      return;
    }
    if (node.op === 'input') return;
    if (!isPrimitiveNode(node)) throw new RangeError(`${node.op}: functions must be inlined before a graph is lowered`);
    if (node.op === 'constant' && node.attrs.values.length > 1) {
      this.bufferOf.set(id, this.declare(node.type.dtype, this.typeOf(id).shape, { kind: 'constant', data: node.attrs.values }));
      return;
    }
    const lowered = this.lowerPrimitive(id, node);
    const inlined = this.fusion.inline(id, lowered);
    this.definitions.set(id, { ...lowered, inlined });
    if (!inlined) this.emit(id, node, lowered);
  }

  private lowerPrimitive(id: number, node: PrimitiveNode): LoweredNode {
    return lowerPrimitive(lowerings[node.op] as Lowering<PrimitiveName>, {
      inputs: node.inputs.map((input) => this.typeOf(input)),
      output: this.typeOf(id),
      attrs: node.attrs,
      dims: this.dims,
      read: (input, index, extents, addReduction) => this.read(node.inputs[input], index, extents, addReduction),
    });
  }

  /** The element of a value at an index, as a load or as the value's own expression. */
  private read(id: number, index: readonly Index[], extents: Extents, addReduction: (extent: number) => number): Expr {
    const definition = this.definitions.get(id);
    if (definition === undefined || !definition.inlined) {
      const { dtype } = this.graph.nodes[id].type;
      return load(this.leafBuffer(id), kernelDType({ dtype }), index);
    }
    if (definition.value.kind === 'const') return constant(definition.value.value, definition.value.dtype);
    const identity = definition.reductionAxes.length === 0 && index.every((one, axis) => pureAxis(one) === axis);
    if (identity) return definition.value;
    const renamed = new Map(definition.reductionAxes.map(({ id: axis, extent }) => [axis, addReduction(extent)]));
    const axes = new Map<number, Index>([...index.entries(), ...[...renamed].map(([from, to]) => [from, axisIndex(to)] as const)]);
    const known = new Map([...extents, ...definition.reductionAxes.map(({ id: axis, extent }) => [renamed.get(axis) ?? axis, extent] as const)]);
    const rewriting = {
      axes,
      extents: known,
      replace: (expr: Expr): Expr | undefined =>
        expr.kind === 'reduce' && renamed.size > 0
          ? { ...expr, axes: expr.axes.map((axis) => renamed.get(axis) ?? axis), body: rewrite(expr.body, { axes, extents: known }) }
          : undefined,
    };
    return rewrite(definition.value, rewriting);
  }

  private emit(id: number, node: PrimitiveNode, lowered: LoweredNode): void {
    const { dtype, shape } = this.typeOf(id);
    const names = this.outputNames.get(id);
    const buffer = this.declare(dtype, shape, names === undefined ? { kind: 'temporary' } : { kind: 'output', names });
    this.bufferOf.set(id, buffer);
    const parts = this.fusion.members(id);
    const operations = [...parts, id].map((part) => ({ node: part, op: this.graph.nodes[part].op, scope: this.graph.nodes[part].scope }));
    this.kernels.push({
      name: this.uniqueName(kernelName(operations.filter(({ op }) => !SILENT.has(op)).slice(-4), node.scope)),
      sources: operations,
      axes: lowered.axes,
      reductionAxes: lowered.reductionAxes,
      outputs: [{ buffer, index: lowered.axes.map(({ id: axis }) => axisIndex(axis)), value: lowered.value }],
    });
  }

  /** Outputs that are leaves, or values that others inline, have no buffer of their own. */
  private needsCopy(value: number): boolean {
    const buffer = this.bufferOf.get(value);
    return buffer === undefined || this.buffers[buffer].role.kind !== 'output';
  }

  private copyToOutput(value: number, names: readonly string[]): void {
    const { dtype, shape } = this.typeOf(value);
    const axes = shape.map((extent, id): Axis => ({ id, extent }));
    const index = axes.map(({ id }) => axisIndex(id));
    const reductionAxes: Axis[] = [];
    const expr = this.read(value, index, new Map(axes.map(({ id, extent }) => [id, extent])), (extent) => {
      const id = axes.length + reductionAxes.length;
      reductionAxes.push({ id, extent });
      return id;
    });
    const node = this.graph.nodes[value];
    this.kernels.push({
      name: this.uniqueName(kernelName([{ op: 'output' }], names[0])),
      sources: [{ node: value, op: node.op, scope: node.scope }],
      axes,
      reductionAxes,
      outputs: [{ buffer: this.declare(dtype, shape, { kind: 'output', names }), index, value: expr }],
    });
  }

  private declareLeaf(id: number, role: BufferRole): void {
    if (this.bufferOf.has(id)) return;
    const { dtype, shape } = this.typeOf(id);
    this.bufferOf.set(id, this.declare(dtype, shape, role));
  }

  private leafBuffer(id: number): number {
    const buffer = this.bufferOf.get(id);
    if (buffer !== undefined) return buffer;
    const node = this.graph.nodes[id];
    if (node.op !== 'parameter' && node.op !== 'state') throw new RangeError(`value %${String(id)} (${node.op}) has no buffer`);
    this.declareLeaf(id, { kind: 'persistent', name: node.attrs.name });
    return this.bufferOf.get(id) as number;
  }

  private declare(dtype: DType, shape: readonly number[], role: BufferRole): number {
    const id = this.buffers.length;
    this.buffers.push({ id, dtype, shape, role, storage: rowMajorStorage(shape) });
    return id;
  }

  private typeOf(id: number): ConcreteType {
    const { dtype, shape } = this.graph.nodes[id].type;
    return { dtype, shape: bindShape(shape, this.dims) };
  }

  private uniqueName(name: string): string {
    const count = this.kernelNames.get(name) ?? 0;
    this.kernelNames.set(name, count + 1);
    return count === 0 ? name : `${name}#${String(count)}`;
  }
}

/** Views and constants, which say nothing in a kernel's name. */
const SILENT: ReadonlySet<string> = new Set(['reshape', 'broadcastTo', 'transpose', 'constant', 'dimSize', 'cast']);

function kernelName(operations: readonly { readonly op: string }[], scope: string): string {
  const joined = operations.map(({ op }) => op).join('+') || 'copy';
  return scope === '' ? joined : `${scope}:${joined}`;
}
