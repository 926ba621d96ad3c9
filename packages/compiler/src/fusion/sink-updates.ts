import { renameBuffers } from '../kernels/rename-buffers.ts';
import type { Kernel } from '../kernels/kernel.ts';
import type { SchedulePass } from '../planned-program.ts';
import { readsSameElement } from './kernel-facts.ts';

/** New values of persistent entries are stored where they belong by the kernels that compute them. */
export const sinkUpdates: SchedulePass = {
  name: 'sink-updates',
  requires: 'Each buffer is written by one kernel; old and new values of persistent entries have buffers of their own.',
  guarantees: 'No kernel only copies a temporary value to one persistent entry.',
  run: ({ buffers, kernels }) => {
    const written = new Set(kernels.flatMap(({ outputs }) => outputs.map(({ buffer }) => buffer)));
    const renamed = new Map<number, number>();
    const copied = ({ axes, outputs: [{ buffer, index, value }, ...others] }: Kernel): number | undefined => {
      const target = buffers[buffer];
      if (
        others.length > 0 ||
        target.role.kind !== 'persistent' ||
        value.kind !== 'load' ||
        !readsSameElement(value, index, target)
      )
        return undefined;
      const source = buffers[value.buffer];
      const whole =
        axes.length === target.shape.length &&
        source.shape.join() === target.shape.join() &&
        source.dtype === target.dtype;
      return whole && source.role.kind === 'temporary' && written.has(source.id) && !renamed.has(source.id)
        ? source.id
        : undefined;
    };
    const kept = kernels.filter((kernel) => {
      const source = copied(kernel);
      if (source !== undefined) renamed.set(source, kernel.outputs[0].buffer);
      return source === undefined;
    });
    return { buffers, kernels: kept.map((kernel) => renameBuffers(kernel, renamed)) };
  },
};
