// The passes of fusion, in order.

import type { KernelCapabilities } from '../capabilities.ts';
import type { SchedulePass } from '../planned-program.ts';
import { eliminateDeadKernels } from './eliminate-dead-kernels.ts';
import { fuseEpilogues } from './fuse-epilogues.ts';
import { inlineProducers } from './inline-producers.ts';
import { inlineViews } from './inline-views.ts';
import { mergeKernels } from './merge-kernels.ts';
import { nameKernels } from './name-kernels.ts';
import { shareMoments } from './share-moments.ts';

export function fusionPasses(capabilities: KernelCapabilities): readonly SchedulePass[] {
  return [
    inlineViews(capabilities),
    eliminateDeadKernels,
    fuseEpilogues(capabilities),
    inlineProducers(capabilities),
    eliminateDeadKernels,
    shareMoments(capabilities),
    mergeKernels(capabilities),
    eliminateDeadKernels,
    nameKernels,
  ];
}
