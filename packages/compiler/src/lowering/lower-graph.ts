// From a graph to kernels, one for each value that is more than a step on the way to others.

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
import { isElementwise, isView, stepsOf } from './steps.ts';

/** Sizes of symbolic dimensions. */
export type Dims = Readonly<Record<string, number>>;

/** Buffers that a kernel may read because of values that are computed within it: few enough for every backend. */
const MOST_READS = 6;

/** A value that may be computed within the kernels that read it. */
interface Step {
  readonly node: Node;
  readonly lowered: LoweredNode;
  /** The values that are computed within it. */
  readonly within: Within;
  /** Buffers that it reads, or a few more. */
  readonly reads: number;
}

type Within = ReadonlyMap<number, Step>;

const NOTHING: Within = new Map();

/** A value that the program gives or keeps. */
interface Result {
  readonly value: number;
  readonly role: BufferRole;
  /** Of a kernel that copies it. */
  readonly name: string;
}

/**
 * Kernels for everything that outputs and updates need. Steps (`steps.ts`), and elements that elementwise values read through a view, are computed within the kernels
 * that read them. A persistent entry that the graph updates has two buffers: one for its old value, which kernels only read, and one for its new value.
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
  private readonly types = new Map<number, ConcreteType>();
  private readonly bufferOf = new Map<number, number>();
  /** Values that are the same number everywhere. */
  private readonly numbers = new Map<number, Expr>();
  private readonly results: readonly Result[];
  /** What becomes of values that outputs and updates name; the first where there are several. */
  private readonly roles = new Map<number, BufferRole>();
  private readonly kernelNames = new Map<string, number>();
  /** Values that no kernel stores yet. */
  private readonly steps = new Map<number, Step>();
  private readonly isStep: ReadonlySet<number>;

  constructor(graph: Graph, dims: Dims) {
    this.graph = graph;
    this.dims = dims;
    this.isStep = stepsOf(graph);
    this.results = resultsOf(graph);
    for (const { value, role } of this.results) if (!this.roles.has(value)) this.roles.set(value, role);
  }

  run(): KernelProgram {
    const { graph, results } = this;
    for (const [name, { value }] of Object.entries(graph.inputs)) this.declareLeaf(value, { kind: 'input', name });
    const values = results.map(({ value }) => value);
    for (const id of reachable(graph, values)) this.lowerNode(id);
    for (const result of results) this.storeResult(result);
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
    const within = isElementwise(node) ? this.stepsWithin(node.inputs) : NOTHING;
    this.keep(id, node, this.lowerPrimitive(id, node, within), within);
  }

  private keep(id: number, node: Node, lowered: LoweredNode, within: Within = NOTHING): void {
    if (lowered.value.kind === 'const') {
      this.numbers.set(id, lowered.value);
      return;
    }
    const step = { node, lowered, within, reads: this.readsOf(node, within) };
    if (this.isStep.has(id) || (isElementOfOther(node, lowered) && !this.roles.has(id))) this.steps.set(id, step);
    else this.emit(id, step);
  }

  /** Those of the operands that are computed within a kernel that reads them all; what would make it read too much is not. */
  private stepsWithin(inputs: readonly number[]): Within {
    let reads = inputs.length;
    const within = new Map<number, Step>();
    for (const input of inputs) {
      const step = this.steps.get(input);
      if (step === undefined || reads - 1 + step.reads > MOST_READS) continue;
      reads += step.reads - 1;
      within.set(input, step);
    }
    return within;
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

  /** At most so many buffers. */
  private readsOf({ inputs }: Node, within: Within): number {
    return inputs.reduce((sum, input) => sum + (this.numbers.has(input) ? 0 : (within.get(input)?.reads ?? 1)), 0);
  }

  private lowerPrimitive(id: number, node: PrimitiveNode, within: Within): LoweredNode {
    return lowerPrimitive(lowerings[node.op] as Lowering<PrimitiveName>, {
      inputs: node.inputs.map((input) => this.typeOf(input)),
      output: this.typeOf(id),
      attrs: node.attrs,
      dims: this.dims,
      read: (input, index) => within.get(node.inputs[input])?.lowered.value ?? this.read(node.inputs[input], index),
    });
  }

  private read(id: number, index: readonly Index[]): Expr {
    const number = this.numbers.get(id);
    if (number !== undefined) return number;
    this.store(id);
    const buffer = this.bufferOf.get(id);
    if (buffer === undefined) throw new RangeError(`value %${String(id)} is read before it is computed`);
    return load(buffer, kernelDType(this.graph.nodes[id].type), index);
  }

  /** Makes a kernel for a value that was thought to need none. */
  private store(id: number): void {
    const step = this.steps.get(id);
    if (step === undefined) return;
    this.steps.delete(id);
    this.emit(id, step);
  }

  private emit(id: number, { node, lowered: { axes, reductionAxes, value }, within }: Step): void {
    const buffer = this.declare(this.typeOf(id), this.roles.get(id) ?? { kind: 'temporary' });
    this.bufferOf.set(id, buffer);
    const op = this.nameOf(node);
    this.push({
      name: node.scope === '' ? op : `${node.scope}:${op}`,
      sources: this.sourcesOf(id, { node, within }),
      axes,
      reductionAxes,
      outputs: [{ buffer, index: axes.map(({ id: axis }) => axisIndex(axis)), value }],
    });
  }

  private sourcesOf(id: number, { node, within }: Pick<Step, 'node' | 'within'>): Kernel['sources'] {
    const own = { node: id, op: this.nameOf(node), scope: node.scope };
    return [own, ...[...within].flatMap(([inner, step]) => this.sourcesOf(inner, step))];
  }

  private nameOf(node: Node): string {
    return node.op === 'result' ? this.functionOf(node.inputs[0]).name : node.op;
  }

  /** Kernels that store nothing are left out. */
  private push(kernel: Kernel): void {
    if (kernel.axes.some(({ extent }) => extent === 0)) return;
    const count = this.kernelNames.get(kernel.name) ?? 0;
    this.kernelNames.set(kernel.name, count + 1);
    this.kernels.push({ ...kernel, name: count === 0 ? kernel.name : `${kernel.name}#${String(count)}` });
  }

  /** Copies a value that is not computed where the result belongs. */
  private storeResult({ value, role, name }: Result): void {
    this.store(value);
    const home = this.bufferOf.get(value);
    if (home !== undefined && this.buffers[home].role === role) return;
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
    const known = this.types.get(id);
    if (known !== undefined) return known;
    const { dtype, shape } = this.graph.nodes[id].type;
    const type = { dtype, shape: bindShape(shape, this.dims) };
    this.types.set(id, type);
    return type;
  }
}

/** Whether each element is an element of another value, read from where that is stored. */
function isElementOfOther(node: Node, { value }: LoweredNode): boolean {
  return isView(node) && value.kind === 'load' && value.guards.length === 0;
}

/** Outputs of one value share a buffer. */
function resultsOf({ outputs, updates }: Graph): readonly Result[] {
  const names = new Map<number, string[]>();
  for (const [name, { value }] of Object.entries(outputs)) names.set(value, [...(names.get(value) ?? []), name]);
  return [
    ...[...names].map(([value, of]): Result => ({ value, role: { kind: 'output', names: of }, name: of.join('+') })),
    ...Object.entries(updates).map(([name, value]): Result => ({
      value,
      role: { kind: 'persistent', name },
      name: `${name}:update`,
    })),
  ];
}
