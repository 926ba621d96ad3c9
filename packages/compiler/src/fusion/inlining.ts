// Computes values inside the kernels that use them. Decisions run from the last kernel to the first, so that every kernel knows where its users are
// evaluated; substitution runs from the first to the last, so that every kernel is rewritten once.

import { buffersRead, kernelNodes } from '../kernels/contents.ts';
import { hasValues } from '../kernels/dependencies.ts';
import { constant, guarded, rewrite, rewriteIndex, type LoadExpr } from '../kernels/expression.ts';
import { indexKey, isAffine, pureAxis, zeroIndex, type Extents } from '../kernels/index-algebra.ts';
import type { Index } from '../kernels/index-expression.ts';
import type { Expr, Kernel, KernelProgram } from '../kernels/kernel.ts';
import { costOfValue, HEAVY_COST, LOAD_COST, STORE_COST, type Cost } from './costs.ts';
import {
  accessesOf,
  elementAxes,
  elementKey,
  extentsOf,
  hasReduction,
  isContraction,
  iterationsOf,
  stepsOf,
  type Access,
} from './kernel-facts.ts';
import { preparedKernels } from './prepared-kernels.ts';

export interface InliningLimits {
  /** Most buffers that a kernel may read and write. */
  readonly maxBuffers: number;
}

/** Largest expression, in distinct nodes, that inlining makes. */
export const MOST_NODES = 320;
/** Places of evaluation beyond which a value is stored without a closer look. */
const MOST_SITES = 24;

/** A place where a value would be evaluated if every kernel between were inlined. */
interface Site {
  /** The kernel that stays. */
  readonly root: number;
  /** Equal for evaluations that share one result. */
  readonly key: string;
  readonly evaluations: number;
  readonly inReduction: boolean;
  readonly inIndex: boolean;
  /** The access in the axes of the root, where it is an operand of a contraction. */
  readonly operand: readonly Index[] | undefined;
}

/** A load of a value by a kernel, with what does not depend on where that kernel is evaluated. */
interface Use {
  readonly kernel: number;
  readonly access: Access;
  /** Equal for loads of the same element in the same loop. */
  readonly key: string;
  /** Whether the element is the one that the kernel itself stores. */
  readonly same: boolean;
  readonly steps: number;
  readonly contracted: boolean;
}

/** What kinds of values are inlined. */
export type InliningPolicy = 'views' | 'producers';

export function inlineKernels(program: KernelProgram, policy: InliningPolicy, limits: InliningLimits): KernelProgram {
  const decisions = new Decisions(program, policy).run();
  return substituteAll(program, decisions, limits);
}

/** For each kernel, the kernels that compute its value themselves. */
type InlinedInto = readonly ReadonlySet<number>[];

const NOWHERE: ReadonlySet<number> = new Set();

class Decisions {
  private readonly program: KernelProgram;
  private readonly policy: InliningPolicy;
  /** Which kernels' values may be inlined. */
  private readonly candidates: readonly boolean[];
  /** Of buffers that candidates write. */
  private readonly uses = new Map<number, Use[]>();
  private readonly extents: readonly Extents[];
  private readonly prepared: ReadonlySet<number>;
  /** For each kernel, where its expression is evaluated. */
  private readonly sites: (readonly Site[])[] = [];

  constructor(program: KernelProgram, policy: InliningPolicy) {
    this.program = program;
    this.policy = policy;
    this.extents = program.kernels.map(extentsOf);
    this.prepared = preparedKernels(program);
    this.candidates = program.kernels.map((kernel) => this.isCandidate(kernel));
    program.kernels.forEach(({ outputs }, at) => {
      if (this.candidates[at]) for (const { buffer } of outputs) this.uses.set(buffer, []);
    });
    program.kernels.forEach((kernel, at) => {
      for (const access of accessesOf(kernel)) this.uses.get(access.load.buffer)?.push(this.describe(at, access));
    });
  }

  private describe(kernel: number, access: Access): Use {
    const { load, reduce } = access;
    const buffer = this.program.buffers[load.buffer];
    const element = elementKey(load.index, buffer);
    const { index } = this.program.kernels[kernel].outputs[0];
    return {
      kernel,
      access,
      key: reduce === undefined ? element : `${element}~${reduce.axes.join()}`,
      same: load.guards.length === 0 && load.index.length === index.length && element === elementKey(index, buffer),
      steps: reduce === undefined ? 1 : stepsOf(reduce, this.extents[kernel]),
      contracted: reduce !== undefined && isContraction(reduce, this.extents[kernel]),
    };
  }

  run(): InlinedInto {
    const { kernels } = this.program;
    const inlined = new Array<ReadonlySet<number>>(kernels.length);
    for (let at = kernels.length - 1; at >= 0; at--) {
      const users = new Map<number, Site[]>();
      const own = kernels[at].outputs.flatMap(({ buffer }) => this.uses.get(buffer) ?? []);
      const isCandidate = this.candidates[at];
      for (const use of own) {
        const known = users.get(use.kernel) ?? [];
        users.set(use.kernel, known);
        known.push(...this.sites[use.kernel].map((site) => this.through(use, site)));
      }
      inlined[at] = isCandidate ? this.decide(at, users) : NOWHERE;
      const decided = inlined[at];
      const stays = [...users.keys()].some((user) => !decided.has(user)) || !isCandidate || this.mustStay(at);
      const root: Site = {
        root: at,
        key: '',
        evaluations: iterationsOf(kernels[at].axes),
        inReduction: false,
        inIndex: false,
        operand: undefined,
      };
      const inner = [...users].flatMap(([user, sites]) => (decided.has(user) ? sites : []));
      this.sites[at] = [...(stays ? [root] : []), ...distinct(inner)];
    }
    return inlined;
  }

  /** The site of a producer whose value a kernel uses, given a site of that kernel. */
  private through({ kernel, access: { load, reduce, inIndex }, key, same, steps, contracted }: Use, site: Site): Site {
    const isRoot = site.root === kernel && site.key === '';
    return {
      root: site.root,
      key: isRoot ? `@${key}` : same ? site.key : `${site.key}/${String(kernel)}@${key}`,
      evaluations: site.evaluations * steps,
      inReduction: site.inReduction || reduce !== undefined,
      inIndex: site.inIndex || inIndex,
      operand: this.operand(kernel, load, contracted, site),
    };
  }

  private operand(kernel: number, load: LoadExpr, contracted: boolean, site: Site): readonly Index[] | undefined {
    if (contracted) return load.index;
    if (site.operand === undefined) return undefined;
    const rewriting = {
      axes: elementMap(this.program.kernels[kernel], site.operand),
      extents: this.extents[site.root],
    };
    return load.index.map((index) => rewriteIndex(index, rewriting));
  }

  private isCandidate(kernel: Kernel): boolean {
    const [{ buffer, value }, ...others] = kernel.outputs;
    if (others.length > 0 || hasReduction(kernel) || elementAxes(kernel.outputs[0]) === undefined) return false;
    if (this.policy === 'views' && !isView(value)) return false;
    if (this.program.buffers[buffer].dtype !== 'u8') return true;
    return value.kind === 'load' && this.program.buffers[value.buffer].dtype === 'u8';
  }

  private mustStay(at: number): boolean {
    return this.program.kernels[at].outputs.some(
      ({ buffer }) => this.program.buffers[buffer].role.kind !== 'temporary',
    );
  }

  /** The users that compute the value of the candidate themselves. */
  private decide(at: number, users: ReadonlyMap<number, readonly Site[]>): ReadonlySet<number> {
    const { axes, outputs } = this.program.kernels[at];
    const { value } = outputs[0];
    const elements = iterationsOf(axes);
    const able = [...users]
      .filter(([, sites]) => sites.every((site) => this.allows(at, site, elements)))
      .map(([user]) => user);
    const trivial = value.kind === 'const' || value.kind === 'index';
    if (this.mustStay(at) || able.length < users.size) return trivial ? new Set(able) : NOWHERE;
    const all = distinct([...users.values()].flat());
    if (trivial || isSingleView(value)) return new Set(able);
    if (all.length > MOST_SITES) return NOWHERE;
    const evaluations = all.reduce((sum, site) => sum + site.evaluations, 0);
    const cost = costOfValue(value, this.program.buffers, elements);
    return isWorthRepeating(cost, evaluations, elements) ? new Set(able) : NOWHERE;
  }

  private allows(at: number, { root, evaluations, inReduction, inIndex, operand }: Site, elements: number): boolean {
    const { value } = this.program.kernels[at].outputs[0];
    if (value.kind === 'const') return true;
    if (operand !== undefined) return isPlainOperand(this.program.kernels[at], operand, this.extents[root]);
    if (isView(value)) return !inIndex || value.kind !== 'guarded';
    if (inIndex || (this.prepared.has(at) && !this.prepared.has(root))) return false;
    return !inReduction || evaluations <= elements;
  }
}

/**
 * The rule of recomputation. A value evaluated no more often than it has elements is never worth storing. One that would be evaluated more often is
 * repeated when all evaluations cost no more than one evaluation of each element with its store, and a load in place of each of the others; values
 * with exponentials, logarithms or random numbers are not repeated at all.
 */
function isWorthRepeating({ arithmetic, loads }: Cost, evaluations: number, elements: number): boolean {
  if (evaluations <= elements) return true;
  if (arithmetic >= HEAVY_COST) return false;
  const cost = arithmetic + loads;
  return evaluations * cost <= elements * (cost + STORE_COST) + evaluations * LOAD_COST;
}

function distinct(sites: readonly Site[]): readonly Site[] {
  const byKey = new Map<string, Site>();
  for (const site of sites) byKey.set(`${String(site.root)}${site.key}`, site);
  return [...byKey.values()];
}

/** No arithmetic: one element of some buffer or a constant, chosen by the position. */
function isView(value: Expr): boolean {
  return (
    isSingleView(value) ||
    value.kind === 'const' ||
    value.kind === 'index' ||
    (value.kind === 'guarded' && isView(value.a) && isView(value.b))
  );
}

function isSingleView(value: Expr): boolean {
  return value.kind === 'load' && value.index.every((index) => !hasValues(index));
}

/** Whether the operand of a contraction stays one load, addressed as simply as before. */
function isPlainOperand(producer: Kernel, operand: readonly Index[], extents: Extents): boolean {
  const { value } = producer.outputs[0];
  if (value.kind !== 'load' || !isSingleView(value) || (value.guards.length > 0 && value.fill !== 0)) return false;
  const rewriting = { axes: elementMap(producer, operand), extents };
  const composed = value.index.map((index) => rewriteIndex(index, rewriting));
  return composed.every(isAffine) || !operand.every(isAffine);
}

/** The axes of a producer in terms of the index at which an element of it is read. */
function elementMap(producer: Kernel, index: readonly Index[]): ReadonlyMap<number, Index> {
  const axes = elementAxes(producer.outputs[0]) ?? [];
  return new Map(axes.flatMap((axis, dimension) => (axis === undefined ? [] : [[axis, index[dimension]] as const])));
}

/** A kernel with what the limits are about. */
interface Measured {
  readonly kernel: Kernel;
  readonly reads: ReadonlySet<number>;
  readonly nodes: number;
}

function measure(kernel: Kernel): Measured {
  return { kernel, reads: buffersRead(kernel), nodes: kernelNodes(kernel).size };
}

function substituteAll(
  { buffers, kernels }: KernelProgram,
  inlined: InlinedInto,
  { maxBuffers }: InliningLimits,
): KernelProgram {
  const writers = new Map<number, number>();
  const current: Measured[] = [];
  kernels.forEach((kernel, at) => {
    const own = measure(kernel);
    const wanted = [...own.reads].flatMap((buffer): Wanted[] => {
      const writer = writers.get(buffer);
      return writer !== undefined && inlined[writer].has(at) ? [{ buffer, producer: current[writer] }] : [];
    });
    current.push(substituteWithin(own, wanted, maxBuffers));
    for (const { buffer } of kernel.outputs) writers.set(buffer, at);
  });
  return { buffers, kernels: current.map(({ kernel }) => kernel) };
}

interface Wanted {
  readonly buffer: number;
  readonly producer: Measured;
}

/** As many of the wanted values as the limits allow, those that read least first. */
function substituteWithin(own: Measured, wanted: readonly Wanted[], maxBuffers: number): Measured {
  if (wanted.length === 0) return own;
  const { kernel } = own;
  const read = new Set(own.reads);
  let { nodes } = own;
  const chosen = new Map<number, Kernel>();
  const order = [...wanted].sort((a, b) => a.producer.reads.size - b.producer.reads.size || a.buffer - b.buffer);
  for (const { buffer, producer } of order) {
    const added = [...producer.reads].filter((other) => !read.has(other));
    if (read.size - 1 + added.length + kernel.outputs.length > maxBuffers || nodes + producer.nodes > MOST_NODES)
      continue;
    read.delete(buffer);
    for (const other of added) read.add(other);
    nodes += producer.nodes;
    chosen.set(buffer, producer.kernel);
  }
  return chosen.size === 0 ? own : measure(substitute(kernel, chosen));
}

/** `kernel` with the values of producers in place of the loads of their buffers. */
function substitute(kernel: Kernel, producers: ReadonlyMap<number, Kernel>): Kernel {
  const extents = extentsOf(kernel);
  const shared = new Map<string, Expr>();
  const none = new Map<number, Index>();
  const replace = (expr: Expr): Expr | undefined => {
    if (expr.kind !== 'load') return undefined;
    const producer = producers.get(expr.buffer);
    if (producer === undefined) return undefined;
    const load = rewriteLoad(expr);
    const guards = load.guards.map(({ index, lower, upper }) => `${indexKey(index)}:${String(lower)}:${String(upper)}`);
    const key = `${String(load.buffer)}[${load.index.map(indexKey).join()}]${guards.join()}?${String(load.fill)}`;
    const known = shared.get(key) ?? valueAt(producer, load, extents);
    shared.set(key, known);
    return known;
  };
  const rewriting = { axes: none, extents, replace };
  /** The load with what its own indices load substituted. */
  const rewriteLoad = (load: LoadExpr): LoadExpr => {
    if (!load.index.some(hasValues) && !load.guards.some(({ index }) => hasValues(index))) return load;
    const moved = { ...load, buffer: -1 };
    const result = rewrite(moved, rewriting);
    return result.kind === 'load' ? { ...result, buffer: load.buffer } : load;
  };
  const memo = new Map<Expr, Expr>();
  const outputs = kernel.outputs.map((output) => ({ ...output, value: rewrite(output.value, rewriting, memo) }));
  const sources = [
    ...new Map(
      [kernel, ...producers.values()].flatMap((one) => one.sources).map((source) => [source.node, source]),
    ).values(),
  ];
  return { ...kernel, outputs, sources };
}

/** The value of a producer at the element that `load` reads. */
function valueAt(producer: Kernel, load: LoadExpr, extents: Extents): Expr {
  const axes = elementMap(producer, load.index);
  const { value } = producer.outputs[0];
  const identity = producer.axes.every(({ id, extent }) => {
    const index = axes.get(id);
    return (index === undefined && extent === 1) || (index !== undefined && pureAxis(index) === id);
  });
  const complete = new Map(producer.axes.map(({ id }) => [id, axes.get(id) ?? zeroIndex] as const));
  const moved = identity && axes.size === producer.axes.length ? value : rewrite(value, { axes: complete, extents });
  return guarded(load.guards, moved, constant(load.fill, load.dtype), extents);
}
