// Cuts a kernel that reduces windows without products, as pooling does, into its border and an inside that needs no conditions.

import type { Guard, Kernel, SchedulePass } from '@netwright/compiler';
import { loadsOf, rangeOf, type ReduceExpr, kernelReduces } from '@netwright/compiler/kernels';

import { extentsOf } from './contraction.ts';
import { cutAxis } from './restrict-axis.ts';

export const splitBorders: SchedulePass = {
  name: 'split-borders',
  requires: 'Layouts are chosen.',
  guarantees: 'Reductions of one sliding load have no guard that can fail, except in the outermost positions.',
  run: (program) => ({ ...program, kernels: program.kernels.flatMap(partsOf) }),
};

function partsOf(kernel: Kernel): readonly Kernel[] {
  const guards = windowsOf(kernel).flatMap(({ body }) => loadsOf(body).flatMap((load) => load.guards));
  return kernel.axes.reduce<readonly Kernel[]>(
    (parts, { id, extent }) => {
      const [from, to] = insideOf(kernel, guards, id, extent);
      if (from >= to || (from === 0 && to === extent)) return parts;
      const bounds = [...new Set([0, from, to, extent])];
      return parts.flatMap((part) => cutAxis(part, id, bounds));
    },
    [kernel],
  );
}

/** Reductions of one sliding load. */
function windowsOf(kernel: Kernel): readonly ReduceExpr[] {
  const reduces = kernelReduces(kernel);
  return reduces.filter(
    ({ op, body }) => op !== 'argmax' && body.kind === 'load' && body.index.some(({ terms }) => terms.length > 1),
  );
}

/** The positions of an output axis at which every guard that depends on it holds, whatever the summed axes are. */
function insideOf(
  kernel: Kernel,
  guards: readonly Guard[],
  axis: number,
  extent: number,
): readonly [from: number, to: number] {
  const extents = extentsOf(kernel);
  let [from, to] = [0, extent];
  for (const { index, lower, upper } of guards) {
    const term = index.terms.find(({ atom }) => atom.kind === 'axis' && atom.axis === axis);
    if (term === undefined || term.coefficient < 1) continue;
    const others = rangeOf({ ...index, terms: index.terms.filter((one) => one !== term) }, extents);
    if (others === undefined) continue;
    from = Math.max(from, Math.ceil((lower - others[0]) / term.coefficient));
    to = Math.min(to, Math.ceil((upper - others[1]) / term.coefficient));
  }
  return [from, to];
}
