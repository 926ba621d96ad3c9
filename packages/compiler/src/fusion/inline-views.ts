import type { KernelCapabilities } from '../capabilities.ts';
import type { SchedulePass } from '../planned-program.ts';
import { inlineKernels } from './inlining.ts';

/** Reshapes, transposes, broadcasts, slices, padding and concatenation become part of how their users read. */
export function inlineViews({ maxBuffers }: KernelCapabilities): SchedulePass {
  return {
    name: 'inline-views',
    requires: 'Each buffer is written by one kernel.',
    guarantees:
      'No value that only selects elements of others is stored, unless it is an operand of a contraction that is not one affine load.',
    run: (program) => inlineKernels(program, 'views', { maxBuffers }),
  };
}
