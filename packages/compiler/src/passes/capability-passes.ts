// The passes that fit kernels to what a backend's kernels can do, in order.

import type { KernelCapabilities } from '../capabilities.ts';
import type { SchedulePass } from '../planned-program.ts';
import { limitBuffers } from './limit-buffers.ts';
import { splitOutputs } from './split-outputs.ts';
import { splitReductions } from './split-reductions.ts';

export function capabilityPasses(capabilities: KernelCapabilities): readonly SchedulePass[] {
  return [splitReductions(capabilities), splitOutputs(capabilities), limitBuffers(capabilities)];
}
