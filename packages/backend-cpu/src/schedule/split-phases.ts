// Splits kernels whose values exist only where an index is divisible (the input gradient of a strided convolution, zeros put
// between elements) by the remainder of the output position: each part is affine, has a strided store and multiplies
// nothing in vain.

import type { Expr, Guard, Index, Kernel, SchedulePass } from '@netwright/compiler';
import {
  axisIndex,
  indexKey,
  rangeOf,
  kernelReduces,
  rewrite,
  rewriteIndex,
  type Rewriting,
} from '@netwright/compiler/kernels';

import { extentsOf, guardsOf } from './contraction.ts';

interface Divisibility {
  readonly output: number;
  /** The axis of a sum that takes part, if any. */
  readonly reduction: number | undefined;
  readonly by: number;
  /** `of` must be divisible. */
  readonly of: Index;
}

export const splitPhases: SchedulePass = {
  name: 'split-phases',
  requires: 'Divisibility appears as a guard `0 <= index mod s < 1`.',
  guarantees:
    'No guard asks for the divisibility of an output axis, alone or plus an axis of sums whose other terms are zero, unless several steps of the sum meet each remainder.',
  run: (program) => ({ ...program, kernels: program.kernels.flatMap(splitKernel) }),
};

function splitKernel(kernel: Kernel): readonly Kernel[] {
  for (const found of findDivisibilities(kernel)) {
    const parts = splitBy(kernel, found);
    if (parts !== undefined) return parts.flatMap(splitKernel);
  }
  return [kernel];
}

function findDivisibilities(kernel: Kernel): readonly Divisibility[] {
  const outputs = new Set(kernel.axes.map(({ id }) => id));
  return kernel.outputs
    .flatMap(({ value }) => guardsOf(value))
    .flatMap((guard): Divisibility[] => {
      const divided = dividedBy(guard);
      if (divided === undefined) return [];
      const axes = divided.of.terms.flatMap(({ atom }) => (atom.kind === 'axis' ? [atom.axis] : []));
      const [output, ...moreOutputs] = axes.filter((axis) => outputs.has(axis));
      const [reduction, ...moreReductions] = axes.filter((axis) => !outputs.has(axis));
      const plain = axes.length === divided.of.terms.length && moreOutputs.length + moreReductions.length === 0;
      return plain && output !== undefined ? [{ output, reduction, ...divided }] : [];
    });
}

function dividedBy({ index, lower, upper }: Guard): { of: Index; by: number } | undefined {
  const [term, ...others] = index.terms;
  if (term === undefined || others.length > 0 || index.offset !== 0 || term.coefficient !== 1) return undefined;
  return term.atom.kind === 'mod' && lower <= 0 && upper === 1 ? { of: term.atom.of, by: term.atom.by } : undefined;
}

function splitBy(kernel: Kernel, found: Divisibility): readonly Kernel[] | undefined {
  const { output, reduction, by, of } = found;
  const extents = extentsOf(kernel);
  const reduces = kernelReduces(kernel).filter(({ axes }) => reduction !== undefined && axes.includes(reduction));
  if (reduces.some(({ op, body }) => op !== 'sum' || valueWithout(body, found, extents) !== 0)) return undefined;
  const outputExtent = extents.get(output) ?? 1;
  const coefficient = (axis: number): number =>
    of.terms.find(({ atom }) => atom.kind === 'axis' && atom.axis === axis)?.coefficient ?? 0;
  const parts: Kernel[] = [];
  for (let phase = 0; phase < Math.min(by, outputExtent); phase += 1) {
    const outputs = {
      axis: output,
      index: axisIndex(output, by, phase),
      extent: Math.ceil((outputExtent - phase) / by),
    };
    if (reduction === undefined) {
      parts.push(makePhase(kernel, phase, outputs, undefined));
      continue;
    }
    const meets = (step: number): boolean =>
      (of.offset + coefficient(output) * phase + coefficient(reduction) * step) % by === 0;
    const [first, ...others] = Array.from({ length: by }, (_, step) => step).filter(meets);
    if (others.length > 0) return undefined;
    const extent = first === undefined ? 0 : Math.max(0, Math.ceil(((extents.get(reduction) ?? 1) - first) / by));
    parts.push(makePhase(kernel, phase, outputs, { axis: reduction, index: axisIndex(reduction, by, first), extent }));
  }
  return parts;
}

interface Part {
  readonly axis: number;
  /** What the axis was, in terms of what it becomes. */
  readonly index: Index;
  readonly extent: number;
}

function makePhase(kernel: Kernel, phase: number, outputs: Part, steps: Part | undefined): Kernel {
  const changed = steps === undefined ? [outputs] : [outputs, steps];
  const resized = (axes: Kernel['axes']): Kernel['axes'] =>
    axes.map(({ id, extent }) => ({
      id,
      extent: Math.max(1, changed.find(({ axis }) => axis === id)?.extent ?? extent),
    }));
  const axes = resized(kernel.axes);
  const reductionAxes = resized(kernel.reductionAxes);
  const rewriting: Rewriting = {
    axes: new Map(changed.map(({ axis, index }) => [axis, index])),
    extents: new Map([...axes, ...reductionAxes].map(({ id, extent }) => [id, extent])),
    // A sum over no steps.
    replace: (expr) =>
      steps?.extent === 0 && expr.kind === 'reduce' && expr.axes.includes(steps.axis)
        ? { kind: 'const', dtype: expr.dtype, value: 0 }
        : undefined,
  };
  return {
    ...kernel,
    name: `${kernel.name}/phase${String(phase)}`,
    axes,
    reductionAxes,
    outputs: kernel.outputs.map(({ buffer, index, value }) => ({
      buffer,
      index: index.map((one) => rewriteIndex(one, rewriting)),
      value: rewrite(value, rewriting),
    })),
  };
}

/** The expression's value where the divisibility fails, if that is a constant. */
function valueWithout(expr: Expr, found: Divisibility, extents: ReadonlyMap<number, number>): number | undefined {
  const without = (part: Expr): number | undefined => valueWithout(part, found, extents);
  switch (expr.kind) {
    case 'const':
      return expr.value;
    case 'load':
      return fails(expr.guards, found) ? expr.fill : undefined;
    case 'guarded':
      return fails(expr.guards, found) ? without(expr.b) : undefined;
    case 'cast':
      return without(expr.x) === 0 ? 0 : undefined;
    case 'select': {
      const condition = without(expr.condition);
      if (condition !== undefined) return without(condition === 0 ? expr.b : expr.a);
      const [a, b] = [without(expr.a), without(expr.b)];
      return a === b ? a : undefined;
    }
    case 'binary': {
      const [a, b] = [without(expr.a), without(expr.b)];
      if (expr.op === 'mul' && (a === 0 || b === 0)) return 0;
      if (expr.op === 'div' && a === 0) return 0;
      if (expr.op !== 'eq') return undefined;
      const [value, other] = a === undefined ? [b, expr.a] : [a, expr.b];
      if (value === undefined || other.kind !== 'index') return undefined;
      const range = rangeOf(other.index, extents);
      return range !== undefined && (value < range[0] || value > range[1]) ? 0 : undefined;
    }
    default:
      return undefined;
  }
}

function fails(guards: readonly Guard[], { of, by }: Divisibility): boolean {
  return guards.some((guard) => {
    const divided = dividedBy(guard);
    return divided?.by === by && indexKey(divided.of) === indexKey(of);
  });
}
