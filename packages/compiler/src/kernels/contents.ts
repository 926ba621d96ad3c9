// What expressions and kernels are made of: found in one walk when it is first asked for, and remembered.

import { childrenOf, forEachIndex, forEachValue, type LoadExpr, type ReduceExpr } from './expression.ts';
import type { Index } from './index-expression.ts';
import type { Expr, Kernel, KernelOutput } from './kernel.ts';
import { remembered } from './remembered.ts';

class Contents {
  readonly nodes: ReadonlySet<Expr>;
  private knownLoads: readonly LoadExpr[] | undefined;
  private knownReduces: readonly ReduceExpr[] | undefined;
  private knownBuffers: ReadonlySet<number> | undefined;

  constructor(exprs: readonly Expr[]) {
    const nodes = new Set<Expr>();
    const collect = (node: Expr): void => {
      if (nodes.has(node)) return;
      nodes.add(node);
      forEachIndex(node, collectIndex);
      childrenOf(node).forEach(collect);
    };
    const collectIndex = (index: Index): void => forEachValue(index, collect);
    exprs.forEach(collect);
    this.nodes = nodes;
  }

  get loads(): readonly LoadExpr[] {
    this.knownLoads ??= [...this.nodes].filter((node): node is LoadExpr => node.kind === 'load');
    return this.knownLoads;
  }

  get reduces(): readonly ReduceExpr[] {
    this.knownReduces ??= [...this.nodes].filter((node): node is ReduceExpr => node.kind === 'reduce');
    return this.knownReduces;
  }

  get buffers(): ReadonlySet<number> {
    this.knownBuffers ??= new Set(this.loads.map(({ buffer }) => buffer));
    return this.knownBuffers;
  }
}

const ofExpression = remembered((expr: Expr) => new Contents([expr]));
const ofOutputs = remembered((outputs: readonly KernelOutput[]) => new Contents(outputs.map(({ value }) => value)));

type Outputs = Pick<Kernel, 'outputs'>;

function ofKernel({ outputs }: Outputs): Contents {
  return outputs.length === 1 ? ofExpression(outputs[0].value) : ofOutputs(outputs);
}

/** Every node below and including an expression, each once, those inside indices too. */
export function nodesOf(expr: Expr): ReadonlySet<Expr> {
  return ofExpression(expr).nodes;
}

/** Every load within an expression, those in indices included, each once. */
export function loadsOf(expr: Expr): readonly LoadExpr[] {
  return ofExpression(expr).loads;
}

/** Every reduction within an expression, each once. */
export function reducesOf(expr: Expr): readonly ReduceExpr[] {
  return ofExpression(expr).reduces;
}

/** Buffers that an expression reads. */
export function buffersOf(expr: Expr): ReadonlySet<number> {
  return ofExpression(expr).buffers;
}

/** As {@link nodesOf}, of all that a kernel stores. */
export function kernelNodes(kernel: Outputs): ReadonlySet<Expr> {
  return ofKernel(kernel).nodes;
}

/** As {@link loadsOf}, of all that a kernel stores. */
export function kernelLoads(kernel: Outputs): readonly LoadExpr[] {
  return ofKernel(kernel).loads;
}

/** As {@link reducesOf}, of all that a kernel stores. */
export function kernelReduces(kernel: Outputs): readonly ReduceExpr[] {
  return ofKernel(kernel).reduces;
}

/** Buffers that a kernel reads. */
export function buffersRead(kernel: Outputs): ReadonlySet<number> {
  return ofKernel(kernel).buffers;
}
