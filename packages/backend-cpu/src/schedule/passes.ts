// The passes of the CPU schedule, in order.

import type { SchedulePass } from '@netwright/compiler';

import { simd128Tuning } from '../generate/tile-plan.ts';
import { addHalos } from './add-halos.ts';
import { chooseLayout } from './choose-layout.ts';
import { dropEmpty } from './drop-empty.ts';
import { foldFactors } from './fold-factors.ts';
import { inlinePrepared } from './inline-prepared.ts';
import { isolateSums } from './isolate-sums.ts';
import { packPanels } from './pack-panels.ts';
import { padOperands } from './pad-operands.ts';
import { padRows } from './pad-rows.ts';
import { splitAxes } from './split-axes.ts';
import { splitBorders } from './split-borders.ts';
import { splitGuards } from './split-guards.ts';
import { splitPhases } from './split-phases.ts';
import { splitReductions } from './split-reductions.ts';
import { transformWindows } from './transform-windows.ts';
import type { WindowAlgorithm } from './winograd/choose-filtering.ts';
import type { Registers } from './registers.ts';

export interface ScheduleOptions {
  /** `high` keeps the digits of a plain sum; `fast` allows tiles of 4x4. Default `high`. */
  readonly precision?: 'high' | 'fast';
  /** One algorithm for every sum over windows that it can compute, in place of the fastest. */
  readonly windows?: WindowAlgorithm;
  /** Of the target. Default: those of 128-bit vectors. */
  readonly registers?: Registers;
}

export function schedulePasses({
  precision = 'high',
  windows,
  registers = simd128Tuning,
}: ScheduleOptions = {}): readonly SchedulePass[] {
  return [
    dropEmpty,
    chooseLayout,
    padRows,
    foldFactors,
    splitAxes,
    splitGuards,
    splitBorders,
    transformWindows({
      precision,
      registers,
      ...(windows === undefined ? {} : { force: windows }),
    }),
    splitPhases,
    addHalos,
    padOperands,
    isolateSums,
    packPanels(registers),
    inlinePrepared,
    splitReductions,
  ];
}

export const cpuPasses: readonly SchedulePass[] = schedulePasses();
