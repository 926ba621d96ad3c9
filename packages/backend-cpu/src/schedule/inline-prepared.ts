// Replaces values that are prepared only to be copied once more by the expressions that make them: their buffers would be
// kept for nothing.

import type { Expr, Index, Kernel, SchedulePass } from '@netwright/compiler';
import { constant, guarded, kernelLoads, pureAxis, rewrite } from '@netwright/compiler/kernels';

import { extentsOf } from './contraction.ts';
import { preparedBuffers } from './prepared-buffers.ts';

/** Smaller values are computed once: they may be read many times, and take no memory worth mentioning. */
const fewestElements = 2 ** 14;

export const inlinePrepared: SchedulePass = {
  name: 'inline-prepared',
  requires: 'Operands are folded, transformed and packed.',
  guarantees: 'No temporary of 16,384 or more elements is prepared elementwise for prepared kernels alone.',
  run: (program) => {
    const prepared = preparedBuffers(program);
    const isPrepared = ({ outputs }: Kernel): boolean => outputs.every(({ buffer }) => prepared.has(buffer));
    const readByRuns = new Set(
      program.kernels
        .filter((kernel) => !isPrepared(kernel))
        .flatMap((kernel) => kernelLoads(kernel).map(({ buffer }) => buffer)),
    );
    const definitions = new Map<number, Definition>();
    const kernels = program.kernels.flatMap((kernel) => {
      if (!isPrepared(kernel)) return [kernel];
      const inlined = inlineLoads(kernel, definitions);
      const definition = definitionOf(inlined);
      const [output] = kernel.outputs;
      if (definition === undefined || output === undefined || readByRuns.has(output.buffer)) return [inlined];
      const declaration = program.buffers[output.buffer];
      if (declaration?.role.kind !== 'temporary' || declaration.storage.size < fewestElements) return [inlined];
      definitions.set(output.buffer, definition);
      return [];
    });
    return { buffers: program.buffers, kernels };
  },
};

/** The value of a buffer at the indices that stand for `axes`. */
interface Definition {
  readonly axes: readonly number[];
  readonly value: Expr;
}

/** Of a kernel that computes each element of its only output on its own. */
function definitionOf({ outputs, reductionAxes }: Kernel): Definition | undefined {
  const [output, ...others] = outputs;
  if (output === undefined || others.length > 0 || reductionAxes.length > 0) return undefined;
  const axes = output.index.map(pureAxis);
  return axes.every((axis) => axis !== undefined) && new Set(axes).size === axes.length
    ? { axes, value: output.value }
    : undefined;
}

function inlineLoads(kernel: Kernel, definitions: ReadonlyMap<number, Definition>): Kernel {
  const extents = extentsOf(kernel);
  const at = ({ axes, value }: Definition, index: readonly Index[]): Expr =>
    rewrite(value, { axes: new Map(axes.map((axis, k) => [axis, index[k]] as const)), extents });
  const replace = (expr: Expr): Expr | undefined => {
    const definition = expr.kind === 'load' ? definitions.get(expr.buffer) : undefined;
    if (expr.kind !== 'load' || definition === undefined) return undefined;
    return guarded(expr.guards, at(definition, expr.index), constant(expr.fill), extents);
  };
  const memo = new Map<Expr, Expr>();
  const rewriting = { axes: new Map<number, Index>(), extents, replace };
  return {
    ...kernel,
    outputs: kernel.outputs.map((output) => ({ ...output, value: rewrite(output.value, rewriting, memo) })),
  };
}
