// Splits an axis whose digits are taken by floor division and modulo (a flattened image, the groups of a convolution)
// into one axis for each digit, so that addresses become affine.

import type { Axis, Expr, Index, Kernel, SchedulePass } from '@netwright/compiler';
import {
  addIndices,
  axisIndex,
  forEachIndex,
  kernelNodes,
  pureAxis,
  rewrite,
  rewriteIndex,
} from '@netwright/compiler/kernels';

import { firstFreeAxis } from './contraction.ts';

export const splitAxes: SchedulePass = {
  name: 'split-axes',
  requires: 'Nothing.',
  guarantees: 'No index divides a plain axis by a divisor of its extent.',
  run: (program) => ({ ...program, kernels: program.kernels.map(splitKernel) }),
};

function splitKernel(kernel: Kernel): Kernel {
  let current = kernel;
  for (;;) {
    const found = findDivision(current);
    if (found === undefined) return current;
    current = splitAxis(current, found.axis, found.by);
  }
}

/** The smallest divisor first: larger ones then divide what is left. */
function findDivision(kernel: Kernel): { axis: Axis; by: number } | undefined {
  const axes = new Map([...kernel.axes, ...kernel.reductionAxes].map((axis) => [axis.id, axis]));
  let found: { axis: Axis; by: number } | undefined;
  const visit = (index: Index): void => {
    for (const { atom } of index.terms) {
      if (atom.kind !== 'floorDiv' && atom.kind !== 'mod') continue;
      const axis = axes.get(pureAxis(atom.of) ?? -1);
      const divides = axis !== undefined && atom.by > 1 && atom.by < axis.extent && axis.extent % atom.by === 0;
      if (divides && (found === undefined || atom.by < found.by)) found = { axis, by: atom.by };
      visit(atom.of);
    }
  };
  for (const node of kernelNodes(kernel)) forEachIndex(node, visit);
  return found;
}

function splitAxis(kernel: Kernel, { id, extent }: Axis, by: number): Kernel {
  const high = firstFreeAxis(kernel);
  const digits: readonly Axis[] = [
    { id: high, extent: extent / by },
    { id, extent: by },
  ];
  const inDigits = (axes: readonly Axis[]): Axis[] => axes.flatMap((axis) => (axis.id === id ? digits : [axis]));
  const axes = inDigits(kernel.axes);
  const reductionAxes = inDigits(kernel.reductionAxes);
  const rewriting = {
    axes: new Map([[id, addIndices(axisIndex(high, by), axisIndex(id))]]),
    extents: new Map([...axes, ...reductionAxes].map((axis) => [axis.id, axis.extent])),
  };
  const reduceOverDigits = (expr: Expr): Expr | undefined => {
    if (expr.kind !== 'reduce' || !expr.axes.includes(id)) return undefined;
    return {
      ...expr,
      axes: expr.axes.flatMap((axis) => (axis === id ? [high, id] : [axis])),
      body: rewrite(expr.body, rewriting),
    };
  };
  const outputs = kernel.outputs.map(({ buffer, index, value }) => ({
    buffer,
    index: index.map((one) => rewriteIndex(one, rewriting)),
    value: rewrite(value, { ...rewriting, replace: reduceOverDigits }),
  }));
  return { ...kernel, axes, reductionAxes, outputs };
}
