// Chooses how much is computed again so that a program fits a limit.

import { canonicalBytes, storageBytes } from '../kernels/buffer-bytes.ts';
import type { KernelProgram } from '../kernels/kernel.ts';
import type { PlannedProgram } from '../planned-program.ts';
import { chooseDrops, recompute, type Drop } from './rematerialize.ts';

export interface FittedMemory {
  /** The program that fits, before it is scheduled; undefined where none does. */
  readonly program: KernelProgram | undefined;
  /** The last program that was tried, scheduled and planned. */
  readonly planned: PlannedProgram;
  /** Bytes of the smallest program that was tried. */
  readonly minimum: number;
  /** Those of them that the store holds. */
  readonly persistent: number;
}

/**
 * The first of few programs that fits: as it is, then with as many values computed again as should be enough, and more until there are no more.
 *
 * @param program - kernels in order of execution, updates not placed yet.
 * @param plan - schedules and plans.
 */
export function fitMemory(
  program: KernelProgram,
  limit: number,
  plan: (program: KernelProgram) => PlannedProgram,
): FittedMemory {
  let planned = plan(program);
  let { total, persistent } = bytesOf(planned);
  let minimum = total;
  if (total <= limit) return { program, planned, minimum, persistent };
  const drops = chooseDrops(program);
  /** Planned bytes that vary, over those of the estimate: scratch, padding, and what is in place. */
  let scale = (total - persistent) / Math.max(1, planned.plan.peakBytes);
  const attempt = (count: number): KernelProgram | undefined => {
    const tried = recompute(program, drops.slice(0, count));
    planned = plan(tried);
    ({ total, persistent } = bytesOf(planned));
    minimum = Math.min(minimum, total);
    scale = Math.max(scale, (total - persistent) / drops[count - 1].peakBytes);
    return total <= limit ? tried : undefined;
  };
  for (let count = 0; count < drops.length;) {
    count = enough(drops, count, (limit - persistent) / scale);
    const found = attempt(count);
    if (found !== undefined) return { program: found, planned, minimum, persistent };
  }
  // What is computed again has scratch of its own, so less of it may take less.
  for (const share of [0.75, 0.5, 0.25]) {
    const count = Math.floor(drops.length * share);
    const found = count === 0 ? undefined : attempt(count);
    if (found !== undefined) return { program: found, planned, minimum, persistent };
  }
  return { program: undefined, planned, minimum, persistent };
}

/** How many drops, more than `count`, bring the peak to `bytes`; all of them where none does. */
function enough(drops: readonly Drop[], count: number, bytes: number): number {
  const found = drops.findIndex(({ peakBytes }, at) => at >= count && peakBytes <= bytes);
  return found < 0 ? drops.length : found + 1;
}

/** All bytes of a planned program, and those of parameters and state. */
function bytesOf({ program, prepareCount, plan }: PlannedProgram): {
  readonly total: number;
  readonly persistent: number;
} {
  const { buffers, kernels } = program;
  const prepared = kernels
    .slice(0, prepareCount)
    .flatMap(({ outputs }) => outputs.map(({ buffer }) => buffers[buffer]));
  const persistent = buffers.reduce(
    (sum, decl) => sum + (decl.role.kind === 'persistent' ? canonicalBytes(decl) : 0),
    0,
  );
  const kept = prepared.reduce((sum, decl) => sum + storageBytes(decl), 0);
  return { total: persistent + kept + Math.max(plan.arenaBytes, plan.peakBytes), persistent };
}
