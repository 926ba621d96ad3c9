// Cuts a kernel at the places where a condition on the axis that its outputs have contiguous changes, as concatenation
// and padding along channels do: each part then has no condition inside a vector.

import type { Expr, Guard, Kernel, SchedulePass } from '@netwright/compiler';
import { kernelReduces, rangeOf, rewrite, rewriteIndex, type Rewriting } from '@netwright/compiler/kernels';

import { guardsOf, strideAlong } from './contraction.ts';
import { cutAxis } from './restrict-axis.ts';

const mostParts = 16;

export const splitGuards: SchedulePass = {
  name: 'split-guards',
  requires: 'Layouts are chosen.',
  guarantees:
    'Elementwise kernels have no guard on the output axis that is contiguous in memory, unless there are more than 16 parts.',
  run: (program) => ({
    ...program,
    kernels: program.kernels.flatMap((kernel) => {
      const axis = kernel.axes.find(
        ({ id, extent }) =>
          extent > 1 &&
          kernel.outputs.every(
            ({ buffer, index }) => strideAlong(id, index, program.buffers[buffer]?.storage.strides ?? []) === 1,
          ),
      );
      if (axis === undefined || kernelReduces(kernel).length > 0) return [kernel];
      const cuts = cutsOf(kernel, axis.id, axis.extent);
      return cuts.length === 0 || cuts.length >= mostParts
        ? [kernel]
        : cutAxis(kernel, axis.id, [0, ...cuts, axis.extent], decideConditions);
    }),
  }),
};

/** Positions along the axis, in order, where some guard on it alone starts or stops to hold. */
function cutsOf(kernel: Kernel, axis: number, extent: number): readonly number[] {
  const cuts = new Set<number>();
  for (const { index, lower, upper } of kernel.outputs.flatMap(({ value }) => guardsOf(value))) {
    const [term, ...others] = index.terms;
    if (term === undefined || others.length > 0 || term.atom.kind !== 'axis' || term.atom.axis !== axis) continue;
    for (const bound of [lower, upper]) {
      const exact = (bound - index.offset) / term.coefficient;
      const cut = term.coefficient > 0 ? Math.ceil(exact) : Math.floor(exact) + 1;
      if (cut > 0 && cut < extent) cuts.add(cut);
    }
  }
  return [...cuts].sort((a, b) => a - b);
}

/** Values with conditions that are decided in the part replaced by what they decide. */
function decideConditions(rewriting: Rewriting): Rewriting['replace'] {
  const replace = (expr: Expr): Expr | undefined => {
    if (expr.kind !== 'guarded') return undefined;
    const decided = expr.guards.map((guard) =>
      decideGuard({ ...guard, index: rewriteIndex(guard.index, rewriting) }, rewriting.extents),
    );
    if (decided.includes(false)) return rewrite(expr.b, { ...rewriting, replace });
    return decided.every((holds) => holds === true) ? rewrite(expr.a, { ...rewriting, replace }) : undefined;
  };
  return replace;
}

/** Whether the guard always or never holds; undefined when it depends. */
function decideGuard({ index, lower, upper }: Guard, extents: ReadonlyMap<number, number>): boolean | undefined {
  const range = rangeOf(index, extents);
  if (range === undefined) return undefined;
  if (range[0] >= lower && range[1] < upper) return true;
  return range[1] < lower || range[0] >= upper ? false : undefined;
}
