import { buffersRead } from '../kernels/contents.ts';
import type { Kernel } from '../kernels/kernel.ts';
import type { SchedulePass } from '../planned-program.ts';

/** Outputs that nothing reads, and kernels without any other. */
export const eliminateDeadKernels: SchedulePass = {
  name: 'eliminate-dead-kernels',
  requires: 'Kernels are in the order of execution.',
  guarantees: 'Every value that a kernel stores is an output, an update, or read by a later kernel.',
  run: ({ buffers, kernels }) => {
    const needed = new Set(
      buffers.filter(({ role }) => role.kind === 'output' || role.kind === 'persistent').map(({ id }) => id),
    );
    const kept: Kernel[] = [];
    for (const kernel of [...kernels].reverse()) {
      const outputs = kernel.outputs.filter(({ buffer }) => needed.has(buffer));
      if (outputs.length === 0) continue;
      const own = outputs.length === kernel.outputs.length ? kernel : { ...kernel, outputs };
      for (const buffer of buffersRead(own)) needed.add(buffer);
      kept.push(own);
    }
    return { buffers, kernels: kept.reverse() };
  },
};
