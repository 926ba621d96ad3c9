// From a graph to kernels, one for each value that is computed.

import {
  bindShape,
  isPrimitiveNode,
  reachable,
  type DType,
  type FunctionDef,
  type Graph,
  type Node,
  type PrimitiveName,
  type PrimitiveNode,
  type ResultNode,
} from '@netwright/ir';
import { load } from '../kernels/expression.ts';
import { axisIndex } from '../kernels/index-algebra.ts';
import type { Index } from '../kernels/index-expression.ts';
import type { Axis, BufferDecl, BufferRole, Expr, Kernel, KernelProgram } from '../kernels/kernel.ts';
import { rowMajorStorage } from '../kernels/storage.ts';
import { definedLowering, lowerResult } from './define-lowering.ts';
import { kernelDType, lowerPrimitive, type ConcreteType, type LoweredNode, type Lowering } from './lowering.ts';
import { lowerings } from './lowerings.ts';

/** Sizes of symbolic dimensions. */
export type Dims = Readonly<Record<string, number>>;

/**
 * Kernels for everything that outputs and updates need. A persistent entry that the graph updates has two buffers: one for its old value, which kernels
 * only read, and one for its new value.
 *
 * @param graph - without calls, but of functions that bring kernels.
 */
export function lowerGraph(graph: Graph, dims: Dims): KernelProgram {
  return new GraphLowering(graph, dims).run();
}

class GraphLowering {
  private readonly graph: Graph;
  private readonly dims: Dims;
  private readonly buffers: BufferDecl[] = [];
  private readonly kernels: Kernel[] = [];
  private readonly bufferOf = new Map<number, number>();
  /** Values that are the same number everywhere. */
  private readonly numbers = new Map<number, Expr>();
  private readonly outputNames = new Map<number, string[]>();
  private readonly kernelNames = new Map<string, number>();

  constructor(graph: Graph, dims: Dims) {
    this.graph = graph;
    this.dims = dims;
    for (const [name, { value }] of Object.entries(graph.outputs)) {
      this.outputNames.set(value, [...(this.outputNames.get(value) ?? []), name]);
    }
  }

  run(): KernelProgram {
    const { graph, outputNames } = this;
    for (const [name, { value }] of Object.entries(graph.inputs)) this.declareLeaf(value, { kind: 'input', name });
    for (const id of reachable(graph, [...outputNames.keys(), ...Object.values(graph.updates)])) this.lowerNode(id);
    for (const [value, names] of outputNames) {
      if (!this.isOutput(value)) this.copyTo(value, { kind: 'output', names }, names.join('+'));
    }
    for (const [name, value] of Object.entries(graph.updates))
      this.copyTo(value, { kind: 'persistent', name }, `${name}:update`);
    return { buffers: this.buffers, kernels: this.kernels };
  }

  private lowerNode(id: number): void {
    const node = this.graph.nodes[id];
    if (node.op === 'parameter' || node.op === 'state') {
      this.declareLeaf(id, { kind: 'persistent', name: node.attrs.name });
      return;
    }
    if (node.op === 'result') this.keep(id, node, this.lowerCall(id, node));
    if (!isPrimitiveNode(node)) return;
    if (node.op === 'constant' && node.attrs.values.length > 1) {
      this.bufferOf.set(id, this.declare(this.typeOf(id), { kind: 'constant', data: node.attrs.values }));
      return;
    }
    this.keep(id, node, this.lowerPrimitive(id, node));
  }

  private keep(id: number, node: Node, lowered: LoweredNode): void {
    if (lowered.value.kind === 'const') this.numbers.set(id, lowered.value);
    else this.emit(id, node, lowered);
  }

  /** One result of a function, by its own kernels. */
  private lowerCall(id: number, { inputs: [call], attrs }: ResultNode): LoweredNode {
    const { inputs } = this.graph.nodes[call];
    const lowering = definedLowering(this.functionOf(call));
    if (lowering === undefined) throw new RangeError('functions must be inlined before a graph is lowered');
    return lowerResult(lowering.results[attrs.index], {
      shape: this.typeOf(id).shape,
      dims: this.dims,
      read: (operand, index) => this.read(inputs[operand], index),
    });
  }

  private functionOf(id: number): FunctionDef {
    const node = this.graph.nodes[id];
    if (node.op !== 'call') throw new RangeError(`value %${String(id)} is not a call`);
    return this.graph.functions[node.attrs.function];
  }

  private lowerPrimitive(id: number, node: PrimitiveNode): LoweredNode {
    return lowerPrimitive(lowerings[node.op] as Lowering<PrimitiveName>, {
      inputs: node.inputs.map((input) => this.typeOf(input)),
      output: this.typeOf(id),
      attrs: node.attrs,
      dims: this.dims,
      read: (input, index) => this.read(node.inputs[input], index),
    });
  }

  private read(id: number, index: readonly Index[]): Expr {
    const number = this.numbers.get(id);
    if (number !== undefined) return number;
    const buffer = this.bufferOf.get(id);
    if (buffer === undefined) throw new RangeError(`value %${String(id)} is read before it is computed`);
    return load(buffer, kernelDType(this.graph.nodes[id].type), index);
  }

  private emit(id: number, node: Node, { axes, reductionAxes, value }: LoweredNode): void {
    const op = node.op === 'result' ? this.functionOf(node.inputs[0]).name : node.op;
    const names = this.outputNames.get(id);
    const buffer = this.declare(
      this.typeOf(id),
      names === undefined ? { kind: 'temporary' } : { kind: 'output', names },
    );
    this.bufferOf.set(id, buffer);
    this.push({
      name: node.scope === '' ? op : `${node.scope}:${op}`,
      sources: [{ node: id, op, scope: node.scope }],
      axes,
      reductionAxes,
      outputs: [{ buffer, index: axes.map(({ id: axis }) => axisIndex(axis)), value }],
    });
  }

  /** Kernels that store nothing are left out. */
  private push(kernel: Kernel): void {
    if (kernel.axes.some(({ extent }) => extent === 0)) return;
    const count = this.kernelNames.get(kernel.name) ?? 0;
    this.kernelNames.set(kernel.name, count + 1);
    this.kernels.push({ ...kernel, name: count === 0 ? kernel.name : `${kernel.name}#${String(count)}` });
  }

  private isOutput(value: number): boolean {
    const buffer = this.bufferOf.get(value);
    return buffer !== undefined && this.buffers[buffer].role.kind === 'output';
  }

  private copyTo(value: number, role: BufferRole, name: string): void {
    const { op, scope } = this.graph.nodes[value];
    const type = this.typeOf(value);
    const axes = type.shape.map((extent, id): Axis => ({ id, extent }));
    const index = axes.map(({ id }) => axisIndex(id));
    const buffer = this.declare(type, role);
    this.push({
      name,
      sources: [{ node: value, op, scope }],
      axes,
      reductionAxes: [],
      outputs: [{ buffer, index, value: this.read(value, index) }],
    });
  }

  private declareLeaf(id: number, role: BufferRole): void {
    this.bufferOf.set(id, this.declare(this.typeOf(id), role));
  }

  private declare(
    { dtype, shape }: { readonly dtype: DType; readonly shape: readonly number[] },
    role: BufferRole,
  ): number {
    const id = this.buffers.length;
    this.buffers.push({ id, dtype, shape, role, storage: rowMajorStorage(shape) });
    return id;
  }

  private typeOf(id: number): ConcreteType {
    const { dtype, shape } = this.graph.nodes[id].type;
    return { dtype, shape: bindShape(shape, this.dims) };
  }
}
