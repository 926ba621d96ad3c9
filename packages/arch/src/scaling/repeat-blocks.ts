// Blocks that are data, more or fewer of them.

import { scaleDepths } from './scale-depths.ts';

/** The blocks of each stage, `multiplier` times as many in their order: a stage of A and B doubled is A, A, B, B. Counts are rounded as by {@link scaleDepths}. */
export function repeatBlocks<T>(stages: readonly (readonly T[])[], multiplier: number): readonly (readonly T[])[] {
  const counts = scaleDepths(
    stages.map(({ length }) => length),
    multiplier,
  );
  return stages.map((blocks, stage) =>
    Array.from({ length: counts[stage] }, (_, index) => blocks[Math.floor((index * blocks.length) / counts[stage])]),
  );
}
