// The passes of the CPU schedule, in order.

import type { SchedulePass } from '@netwright/compiler';

import { chooseLayout } from './choose-layout.ts';
import { dropEmpty } from './drop-empty.ts';
import { isolateSums } from './isolate-sums.ts';
import { packPanels } from './pack-panels.ts';
import { padOperands } from './pad-operands.ts';
import { splitAxes } from './split-axes.ts';
import { splitGuards } from './split-guards.ts';
import { splitPhases } from './split-phases.ts';
import { splitReductions } from './split-reductions.ts';

export const cpuPasses: readonly SchedulePass[] = [
  dropEmpty,
  chooseLayout,
  splitAxes,
  splitGuards,
  isolateSums,
  splitPhases,
  padOperands,
  packPanels,
  splitReductions,
];
