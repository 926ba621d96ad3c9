// Register tiles of compiled C by the number of lanes.

import { simd128Tuning, type TileTuning } from '../generate/tile-plan.ts';

/** Measured best where accumulators, vectors of one operand and a splat of the other fit the registers: 16 of them, and 32 with AVX-512. */
const tiles: Readonly<Record<number, Pick<TileTuning, 'rows' | 'vectors'>>> = {
  4: { rows: [1, 8, 6], vectors: 2 },
  8: { rows: [1, 8, 6], vectors: 2 },
  16: { rows: [1, 14, 14], vectors: 2 },
};

export function nativeTuning(lanes: number): TileTuning {
  return {
    ...simd128Tuning,
    ...tiles[lanes],
    lanes,
    windowVectors: 32,
    stepsPerTurn: 1,
    canPrefetch: true,
    uncachedBytes: 2 ** 23,
  };
}
