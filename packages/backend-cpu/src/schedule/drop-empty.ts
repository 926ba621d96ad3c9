// Removes what has no elements: later passes and the generator may divide by extents.

import type { Expr, Kernel, SchedulePass } from '@netwright/compiler';
import { rewrite } from '@netwright/compiler/kernels';

export const dropEmpty: SchedulePass = {
  name: 'drop-empty',
  requires: 'Nothing.',
  guarantees: 'Every axis has at least one step.',
  run: (program) => ({
    ...program,
    kernels: program.kernels.filter(({ axes }) => axes.every(({ extent }) => extent > 0)).map(withoutEmptyReductions),
  }),
};

function withoutEmptyReductions(kernel: Kernel): Kernel {
  const empty = new Set(kernel.reductionAxes.filter(({ extent }) => extent === 0).map(({ id }) => id));
  if (empty.size === 0) return kernel;
  const replace = (expr: Expr): Expr | undefined => {
    if (expr.kind !== 'reduce' || !expr.axes.some((axis) => empty.has(axis))) return undefined;
    return { kind: 'const', dtype: expr.dtype, value: expr.op === 'max' ? -Infinity : 0 };
  };
  const rewriting = { axes: new Map(), extents: new Map(), replace };
  return {
    ...kernel,
    reductionAxes: kernel.reductionAxes.filter(({ id }) => !empty.has(id)),
    outputs: kernel.outputs.map((output) => ({ ...output, value: rewrite(output.value, rewriting) })),
  };
}
