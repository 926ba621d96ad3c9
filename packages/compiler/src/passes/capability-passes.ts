// The passes that fit kernels to what a backend's kernels can do, in order.

import type { KernelCapabilities } from '../capabilities.ts';
import type { SchedulePass } from '../planned-program.ts';
import { limitBuffers } from './limit-buffers.ts';
import { padOperands } from './pad-operands.ts';
import { splitOutputs } from './split-outputs.ts';
import { splitReductions } from './split-reductions.ts';

export function capabilityPasses(capabilities: KernelCapabilities): readonly SchedulePass[] {
  const limits = [splitReductions(capabilities), splitOutputs(capabilities), limitBuffers(capabilities)];
  return capabilities.costlyGuards === true ? [...limits, padOperands(capabilities)] : limits;
}
