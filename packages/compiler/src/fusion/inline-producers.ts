import type { KernelCapabilities } from '../capabilities.ts';
import type { SchedulePass } from '../planned-program.ts';
import { inlineKernels } from './inlining.ts';

/** Elementwise values become part of the expressions of their users, under the rule of recomputation in `inlining.ts`. */
export function inlineProducers({ maxBuffers }: KernelCapabilities): SchedulePass {
  return {
    name: 'inline-producers',
    requires: 'Each buffer is written by one kernel.',
    guarantees:
      'An elementwise value that one kernel evaluates once for each element is not stored, nor one that is cheaper to repeat.',
    run: (program) => inlineKernels(program, 'producers', { maxBuffers }),
  };
}
