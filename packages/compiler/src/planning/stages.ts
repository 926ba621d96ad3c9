// The two stages of a program, for backends whose buffers are handles.

import { buffersRead } from '../kernels/contents.ts';
import type { Kernel } from '../kernels/kernel.ts';
import type { PlannedProgram } from '../planned-program.ts';

/** Kernels that run together. */
export interface ProgramStage {
  readonly kernels: readonly Kernel[];
  /** Buffers that they read and that none of them has written before. */
  readonly inputs: readonly number[];
  /** Buffers that they write and that are needed when they have run. */
  readonly results: readonly number[];
  /** For each kernel, the buffers whose last use it is. */
  readonly lastUses: readonly (readonly number[])[];
}

/** What depends on the store alone, all of which outlives its stage; and the rest, of which updates and outputs do. */
export function stagesOf({ program, prepareCount, plan }: PlannedProgram): readonly [ProgramStage, ProgramStage] {
  const { buffers, kernels } = program;
  const outlives = (id: number): boolean => ['persistent', 'output'].includes(buffers[id].role.kind);
  const stage = (from: number, to: number, isKept: (id: number) => boolean): ProgramStage => {
    const written = new Set<number>();
    const inputs = new Set<number>();
    for (const kernel of kernels.slice(from, to)) {
      for (const id of buffersRead(kernel)) if (!written.has(id)) inputs.add(id);
      for (const { buffer } of kernel.outputs) written.add(buffer);
    }
    return {
      kernels: kernels.slice(from, to),
      inputs: [...inputs],
      results: [...written].filter(isKept),
      lastUses: plan.lastUses.slice(from, to),
    };
  };
  return [stage(0, prepareCount, () => true), stage(prepareCount, kernels.length, outlives)];
}
