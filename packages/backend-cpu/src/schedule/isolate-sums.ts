// Gives a sum over positions (a weight gradient) a kernel and a buffer of its own when it was fused with what uses it:
// such sums are computed slice by slice, with partial results kept in the buffer that they write.

import type { BufferDecl, Expr, Kernel, SchedulePass } from '@netwright/compiler';
import { axisIndex, type ReduceExpr, rewrite } from '@netwright/compiler/kernels';

import { contractionsOf, extentsOf, isOverPositions, strideAlong } from './contraction.ts';
import { storageInOrder } from './persistent-storage.ts';
import { addTemporary } from './temporary.ts';

/** Fewer steps stay in cache without slices. */
const longSum = 512;

export const isolateSums: SchedulePass = {
  name: 'isolate-sums',
  requires: 'Layouts are chosen.',
  guarantees:
    'A sum over 512 positions or more, whose every step touches new cache lines of the operand along the lanes and moves along no row of the other, is the whole value of its kernel.',
  run: (program) => {
    const buffers = [...program.buffers];
    const kernels = program.kernels.flatMap((kernel) => isolate(kernel, buffers));
    return { buffers, kernels };
  },
};

function isolate(kernel: Kernel, buffers: BufferDecl[]): readonly Kernel[] {
  const whole = kernel.outputs.length === 1 && kernel.outputs[0]?.value.kind === 'reduce';
  const long = whole
    ? []
    : contractionsOf(kernel).filter((reduce) => isLong(reduce, kernel) && isOverPositions(reduce, kernel, buffers));
  if (long.length === 0) return [kernel];
  const used = new Map<string, Expr>();
  const sums: Kernel[] = [];
  const replace = (expr: Expr): Expr | undefined => {
    if (expr.kind !== 'reduce' || !long.includes(expr)) return undefined;
    const key = JSON.stringify(expr);
    const known = used.get(key);
    if (known !== undefined) return known;
    const index = kernel.axes.map(({ id }) => axisIndex(id));
    const shape = kernel.axes.map(({ extent }) => extent);
    const scratch = addTemporary(buffers, shape, storageInOrder(shape, orderOf(kernel, buffers)));
    sums.push({
      name: `${kernel.name}/sum${String(sums.length)}`,
      sources: kernel.sources,
      axes: kernel.axes,
      reductionAxes: kernel.reductionAxes.filter(({ id }) => expr.axes.includes(id)),
      outputs: [{ buffer: scratch.id, index, value: expr }],
    });
    const made: Expr = { kind: 'load', dtype: 'f32', buffer: scratch.id, index, guards: [], fill: 0 };
    used.set(key, made);
    return made;
  };
  const rewriting = { axes: new Map(), extents: extentsOf(kernel), replace };
  const outputs = kernel.outputs.map((output) => ({ ...output, value: rewrite(output.value, rewriting) }));
  return [...sums, { ...kernel, outputs }];
}

function isLong({ axes }: ReduceExpr, kernel: Kernel): boolean {
  const extents = extentsOf(kernel);
  return axes.reduce((product, axis) => product * (extents.get(axis) ?? 1), 1) >= longSum;
}

/** The kernel's axes as its first output lays them out, outermost first. */
function orderOf(kernel: Kernel, buffers: readonly BufferDecl[]): readonly number[] {
  const [output] = kernel.outputs;
  const strides = output === undefined ? [] : (buffers[output.buffer]?.storage.strides ?? []);
  const stride = (position: number): number => {
    const axis = kernel.axes[position];
    return axis === undefined || output === undefined ? 0 : strideAlong(axis.id, output.index, strides);
  };
  return kernel.axes.map((_, position) => position).sort((a, b) => stride(b) - stride(a));
}
