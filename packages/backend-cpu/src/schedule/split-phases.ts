// Splits sums whose terms exist only where an index is divisible (the input gradient of a strided convolution) by the
// remainder of the output position: each part is affine, has a strided store and multiplies nothing in vain.

import type { Expr, Guard, Index, Kernel, SchedulePass } from '@netwright/compiler';

import { axisIndex } from './index-algebra.ts';
import { nodesOf, rewriteExpression, rewriteIndex, type Rewriting } from './rewrite-expression.ts';

interface Divisibility {
  readonly output: number;
  readonly reduction: number;
  readonly by: number;
  /** `of` must be divisible. */
  readonly of: Index;
}

export const splitPhases: SchedulePass = {
  name: 'split-phases',
  requires: 'Divisibility appears as a guard `0 <= index mod s < 1` inside a sum.',
  guarantees:
    'No sum is guarded by the divisibility of an output axis plus a reduction axis, unless several steps of the sum meet each remainder.',
  run: (program) => ({ ...program, kernels: program.kernels.flatMap(splitKernel) }),
};

function splitKernel(kernel: Kernel): readonly Kernel[] {
  const found = findDivisibility(kernel);
  if (found === undefined) return [kernel];
  const parts = splitBy(kernel, found);
  return parts === undefined ? [kernel] : parts.flatMap(splitKernel);
}

function findDivisibility(kernel: Kernel): Divisibility | undefined {
  const outputs = new Set(kernel.axes.map(({ id }) => id));
  const reductions = new Set(kernel.reductionAxes.map(({ id }) => id));
  for (const guard of kernel.outputs.flatMap(({ value }) => guardsOf(value))) {
    const [term, ...others] = guard.index.terms;
    if (
      term === undefined ||
      others.length > 0 ||
      guard.index.offset !== 0 ||
      term.coefficient !== 1 ||
      term.atom.kind !== 'mod'
    )
      continue;
    if (guard.lower > 0 || guard.upper !== 1) continue;
    const { of, by } = term.atom;
    const axes = of.terms.flatMap(({ atom }) => (atom.kind === 'axis' ? [atom.axis] : []));
    const [output, ...moreOutputs] = axes.filter((axis) => outputs.has(axis));
    const [reduction, ...moreReductions] = axes.filter((axis) => reductions.has(axis));
    if (
      axes.length !== of.terms.length ||
      output === undefined ||
      reduction === undefined ||
      moreOutputs.length + moreReductions.length > 0
    )
      continue;
    return { output, reduction, by, of };
  }
  return undefined;
}

function guardsOf(expr: Expr): readonly Guard[] {
  return [...nodesOf(expr)].flatMap((node) => (node.kind === 'load' || node.kind === 'guarded' ? node.guards : []));
}

function splitBy(kernel: Kernel, { output, reduction, by, of }: Divisibility): readonly Kernel[] | undefined {
  const outputExtent = kernel.axes.find(({ id }) => id === output)?.extent ?? 1;
  const reductionExtent = kernel.reductionAxes.find(({ id }) => id === reduction)?.extent ?? 1;
  const coefficient = (axis: number): number =>
    of.terms.find(({ atom }) => atom.kind === 'axis' && atom.axis === axis)?.coefficient ?? 0;
  const parts: Kernel[] = [];
  for (let phase = 0; phase < Math.min(by, outputExtent); phase += 1) {
    const meeting: number[] = [];
    for (let step = 0; step < by; step += 1)
      if ((of.offset + coefficient(output) * phase + coefficient(reduction) * step) % by === 0) meeting.push(step);
    const [first, ...others] = meeting;
    if (others.length > 0) return undefined;
    const outputs = Math.ceil((outputExtent - phase) / by);
    const steps = first === undefined ? 0 : Math.ceil((reductionExtent - first) / by);
    parts.push(makePhase(kernel, { output, reduction, by, of }, phase, first ?? 0, outputs, steps));
  }
  return parts;
}

function makePhase(
  kernel: Kernel,
  { output, reduction, by }: Divisibility,
  phase: number,
  first: number,
  outputs: number,
  steps: number,
): Kernel {
  const axes = new Map([
    [output, axisIndex(output, by, phase)],
    [reduction, axisIndex(reduction, by, first)],
  ]);
  const newAxes = kernel.axes.map((axis) => (axis.id === output ? { id: output, extent: outputs } : axis));
  const newReductionAxes = kernel.reductionAxes.map((axis) =>
    axis.id === reduction ? { id: reduction, extent: Math.max(1, steps) } : axis,
  );
  const rewriting: Rewriting = {
    axes,
    extents: new Map([...newAxes, ...newReductionAxes].map(({ id, extent }) => [id, extent])),
    // A sum over no steps.
    replace: (expr) =>
      steps <= 0 && expr.kind === 'reduce' && expr.axes.includes(reduction)
        ? { kind: 'const', dtype: expr.dtype, value: 0 }
        : undefined,
  };
  return {
    ...kernel,
    name: `${kernel.name}/phase${phase}`,
    axes: newAxes,
    reductionAxes: newReductionAxes,
    outputs: kernel.outputs.map(({ buffer, index, value }) => ({
      buffer,
      index: index.map((one) => rewriteIndex(one, rewriting)),
      value: rewriteExpression(value, rewriting),
    })),
  };
}
