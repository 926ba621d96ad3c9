// What the emitters of one kernel function share: axis values, stream pointers, and values already computed.

import type { Assembler, Local } from './assembler.ts';
import type { LinearGuard } from './linear-index.ts';
import { operandsOf, type LoadNode, type LoweredKernel, type Node } from './lowered.ts';
import { collectStreams, type StreamTable } from './streams.ts';
import type { TilePlan } from './tile-plan.ts';

/** One vector of a tile: offsets along tiled axes, and how many of its lanes are elements. */
export interface Point {
  readonly at: ReadonlyMap<number, number>;
  readonly lanes: number;
}

/** Indices of imported scalar functions f64 -> f64. */
export interface MathImports {
  readonly sin: number;
  readonly cos: number;
  readonly pow: number;
}

export class EmitContext {
  readonly fb: Assembler;
  readonly kernel: LoweredKernel;
  readonly plan: TilePlan;
  readonly table: StreamTable;
  readonly imports: MathImports;
  /** First element of the current tile along an axis; absent means 0. */
  readonly axisValues = new Map<number, Local>();
  /** Axes whose values are kept in locals. */
  readonly tracked: ReadonlySet<number>;
  /** Steps along a sliced reduction axis in the current slice. */
  readonly sliceCounts = new Map<number, Local>();
  /** Current address of each stream. */
  readonly pointers: Local[] = [];
  readonly #scopes = [new Map<string, Local>()];
  readonly #names = new Map<Node, number>();
  readonly #tiled = new Map<Node, readonly number[]>();
  readonly #uses = new Map<Node, number>();

  readonly #reducing = new Map<Node, boolean>();
  #assumed: ReadonlySet<Node> = new Set();

  constructor(
    fb: Assembler,
    kernel: LoweredKernel,
    plan: TilePlan,
    imports: MathImports,
    tracked: ReadonlySet<number>,
  ) {
    this.fb = fb;
    this.tracked = tracked;
    this.kernel = kernel;
    this.plan = plan;
    this.imports = imports;
    this.table = collectStreams(kernel, plan.prefetches);
    for (const node of kernel.nodes)
      for (const operand of operandsOf(node)) this.#uses.set(operand, (this.#uses.get(operand) ?? 0) + 1);
    for (const { value } of kernel.outputs) this.#uses.set(value, (this.#uses.get(value) ?? 0) + 1);
  }

  /** Tiled axes that the node varies along. */
  tiledAxes(node: Node): readonly number[] {
    let axes = this.#tiled.get(node);
    if (axes === undefined) {
      axes = [...this.plan.tile.keys()].filter((axis) => node.axes.has(axis));
      this.#tiled.set(node, axes);
    }
    return axes;
  }

  /** Names the node's value at a point; equal for points at which it is the same. */
  key(node: Node, point: Point): string {
    let name = this.#names.get(node);
    if (name === undefined) {
      name = this.#names.size;
      this.#names.set(node, name);
    }
    return `${name}@${this.tiledAxes(node)
      .map((axis) => point.at.get(axis) ?? 0)
      .join()}`;
  }

  /** Whether a value is likely to be asked for again. */
  isShared(node: Node): boolean {
    return (this.#uses.get(node) ?? 0) > 1 || this.tiledAxes(node).length < this.plan.tile.size;
  }

  containsReduce(node: Node): boolean {
    let contains = this.#reducing.get(node);
    if (contains === undefined) {
      contains = node.kind === 'reduce' || operandsOf(node).some((operand) => this.containsReduce(operand));
      this.#reducing.set(node, contains);
    }
    return contains;
  }

  /** The conditions under which a load may be made here that are not known to hold. */
  guardsOf(load: LoadNode): readonly LinearGuard[] {
    return this.#assumed.has(load) ? [] : load.guards;
  }

  /** The guards of these loads hold inside `body`. */
  assuming(loads: readonly LoadNode[], body: () => void): void {
    this.#assumed = new Set(loads);
    body();
    this.#assumed = new Set();
  }

  recall(key: string): Local | undefined {
    for (let i = this.#scopes.length - 1; i >= 0; i -= 1) {
      const local = this.#scopes[i]?.get(key);
      if (local !== undefined) return local;
    }
    return undefined;
  }

  remember(key: string, local: Local): void {
    this.#scopes.at(-1)?.set(key, local);
  }

  /** Values remembered inside `body` are forgotten after it. */
  scoped(body: () => void): void {
    this.#scopes.push(new Map());
    body();
    const dropped = this.#scopes.pop();
    if (dropped !== undefined) for (const local of new Set(dropped.values())) this.fb.release(local);
  }

  pointer(stream: number): Local {
    const local = this.pointers[stream];
    if (local === undefined) throw new RangeError(`stream ${stream} has no pointer`);
    return local;
  }
}
