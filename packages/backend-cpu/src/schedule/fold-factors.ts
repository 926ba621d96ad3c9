// Multiplies the operand of a sum of products that stays the same between runs by the factor that the sum is multiplied by,
// as batch norm multiplies a convolution in inference: once, in place of at every output.

import type { BufferDecl, Expr, Kernel, SchedulePass } from '@netwright/compiler';
import {
  axisIndex,
  binary,
  constant,
  exprKey,
  load as loadFrom,
  type LoadExpr,
  loadsOf,
  nodesOf,
  type ReduceExpr,
  reducesOf,
  rewrite,
  unary,
} from '@netwright/compiler/kernels';

import { axesOfAccess, extentsOf, isContraction, soleReduction, strideAlong } from './contraction.ts';
import { preparedBuffers } from './prepared-buffers.ts';
import { addTemporary } from './temporary.ts';

export const foldFactors: SchedulePass = {
  name: 'fold-factors',
  requires: 'Layouts are chosen.',
  guarantees:
    'The only sum of products of a kernel, one operand of which is prepared, is not multiplied by a prepared factor that varies along output axes of that operand.',
  run: (program) => {
    const buffers = [...program.buffers];
    const prepared = preparedBuffers(program);
    return { buffers, kernels: program.kernels.flatMap((kernel) => foldKernel(kernel, buffers, prepared)) };
  },
};

interface PreparedOperand {
  readonly sum: ReduceExpr;
  readonly operand: LoadExpr;
  /** Axes of the operand, and those of them that are not summed. */
  readonly axes: readonly number[];
  readonly outputAxes: ReadonlySet<number>;
}

/** `sum * factor + term`, where undefined stands for 1 and 0. */
interface Scaled {
  readonly factor: Expr | undefined;
  readonly term: Expr | undefined;
}

function foldKernel(kernel: Kernel, buffers: BufferDecl[], prepared: ReadonlySet<number>): readonly Kernel[] {
  const preparedIn = preparedOperand(kernel, prepared);
  if (preparedIn === undefined) return [kernel];
  const { sum, operand, axes, outputAxes } = preparedIn;
  const extents = extentsOf(kernel);
  const isSteady = (expr: Expr): boolean => isSteadyAlong(expr, outputAxes, prepared);
  const rewriteOutputs = (replace: (expr: Expr) => Expr | undefined): Kernel['outputs'] => {
    const memo = new Map<Expr, Expr>();
    return kernel.outputs.map((output) => ({
      ...output,
      value: rewrite(output.value, { axes: new Map(), extents, replace }, memo),
    }));
  };

  const scaled = new Map<Expr, Scaled>();
  const factors = new Map<string, Expr>();
  const rest = rewriteOutputs((expr) => {
    const found = scaledSum(expr, isSteady);
    if (found?.factor === undefined) return undefined;
    scaled.set(expr, found);
    factors.set(exprKey(found.factor), found.factor);
    return constant(0);
  });
  const [factor, ...others] = factors.values();
  const isUsedAsItIs = rest.some(({ value }) => reducesOf(value).length > 0);
  if (factor === undefined || others.length > 0 || isUsedAsItIs) return [kernel];

  const made: Kernel[] = [];
  /** A load of what an expression of some axes is, computed by a kernel of its own. */
  const prepare = (what: string, value: Expr, order: readonly number[]): Expr => {
    const shape = order.map((axis) => extents.get(axis) ?? 1);
    const index = order.map((axis) => axisIndex(axis));
    const { id } = addTemporary(buffers, shape);
    made.push({
      name: `${kernel.name}/${what}${String(made.length)}`,
      sources: kernel.sources,
      axes: order.map((axis) => ({ id: axis, extent: extents.get(axis) ?? 1 })),
      reductionAxes: [],
      outputs: [{ buffer: id, index, value }],
    });
    return loadFrom(id, 'f32', index);
  };
  const strides = buffers[operand.buffer]?.storage.strides ?? [];
  const reach = (axis: number): number => Math.abs(strideAlong(axis, operand.index, strides));
  const inMemory = [...axes].sort((a, b) => reach(b) - reach(a));
  const folded = prepare('scaled', binary('mul', operand, factor), inMemory);
  const foldedSum = rewrite(sum, {
    axes: new Map(),
    extents,
    replace: (expr) => (expr === operand ? folded : undefined),
  });
  const terms = new Map<string, Expr>();
  const outputs = rewriteOutputs((expr) => {
    const multiple = scaled.get(expr);
    if (multiple === undefined) return undefined;
    const { term } = multiple;
    if (term === undefined) return foldedSum;
    const key = exprKey(term);
    const along = inMemory.filter((axis) => loadsOf(term).some(({ index }) => axesOfAccess(index)?.has(axis) === true));
    const known = terms.get(key) ?? (along.length === 0 ? term : prepare('shift', term, along));
    terms.set(key, known);
    return binary('add', foldedSum, known);
  });
  return [...made, { ...kernel, outputs }];
}

/** The operand of the kernel's only reduction that is prepared, where the other one is not. */
function preparedOperand(kernel: Kernel, prepared: ReadonlySet<number>): PreparedOperand | undefined {
  const sum = soleReduction(kernel);
  if (sum === undefined || !isContraction(sum) || sum.body.kind !== 'binary') return undefined;
  const { a, b } = sum.body;
  if (a.kind !== 'load' || b.kind !== 'load' || prepared.has(a.buffer) === prepared.has(b.buffer)) return undefined;
  const operand = prepared.has(a.buffer) ? a : b;
  const axes = axesOfAccess(operand.index);
  if (axes === undefined || operand.guards.length > 0) return undefined;
  return {
    sum,
    operand,
    axes: [...axes],
    outputAxes: new Set([...axes].filter((axis) => !sum.axes.includes(axis))),
  };
}

/** The expression as a multiple of the sum inside it plus a term, as far as both are steady. */
function scaledSum(expr: Expr, isSteady: (expr: Expr) => boolean): Scaled | undefined {
  if (expr.kind === 'reduce') return { factor: undefined, term: undefined };
  if (expr.kind !== 'binary' || expr.dtype !== 'f32') return undefined;
  const behind = isSteady(expr.b);
  const other = behind ? expr.b : expr.a;
  if (!behind && (!isSteady(expr.a) || expr.op === 'sub')) return undefined;
  const inner = scaledSum(behind ? expr.a : expr.b, isSteady);
  if (inner === undefined) return undefined;
  const { factor, term } = inner;
  switch (expr.op) {
    case 'add':
      return { factor, term: term === undefined ? other : binary('add', term, other) };
    case 'sub':
      return { factor, term: term === undefined ? unary('neg', other) : binary('sub', term, other) };
    case 'mul':
      return {
        factor: factor === undefined ? other : binary('mul', factor, other),
        term: term === undefined ? undefined : binary('mul', term, other),
      };
    default:
      return undefined;
  }
}

/** Whether an expression is computed from prepared loads alone and varies along some of the axes. */
function isSteadyAlong(expr: Expr, axes: ReadonlySet<number>, prepared: ReadonlySet<number>): boolean {
  return [...nodesOf(expr)].every((node) => {
    if (node.kind !== 'load') return ['const', 'unary', 'binary', 'cast', 'select'].includes(node.kind);
    const own = axesOfAccess(node.index);
    return (
      prepared.has(node.buffer) &&
      node.guards.length === 0 &&
      own !== undefined &&
      [...own].every((axis) => axes.has(axis))
    );
  });
}
