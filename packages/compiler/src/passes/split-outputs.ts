import type { KernelCapabilities } from '../capabilities.ts';
import { buffersRead } from '../kernels/contents.ts';
import { reducesOf } from '../kernels/contents.ts';
import type { BufferDecl, Kernel, KernelOutput } from '../kernels/kernel.ts';
import type { SchedulePass } from '../planned-program.ts';

export function splitOutputs({ maxOutputs }: Pick<KernelCapabilities, 'maxOutputs'>): SchedulePass {
  return {
    name: 'split-outputs',
    requires: 'Old and new values of persistent entries have buffers of their own.',
    guarantees: 'Each kernel has at most as many outputs as a kernel may have.',
    run: ({ buffers, kernels }) => ({
      buffers,
      kernels: kernels.flatMap((kernel) =>
        kernel.outputs.length <= maxOutputs ? [kernel] : split(kernel, buffers, maxOutputs),
      ),
    }),
  };
}

function split(kernel: Kernel, buffers: readonly BufferDecl[], maxOutputs: number): readonly Kernel[] {
  const ordered = readersFirst(kernel.outputs, buffers);
  const kernels: Kernel[] = [];
  for (let start = 0; start < ordered.length; start += maxOutputs) {
    const outputs = ordered.slice(start, start + maxOutputs);
    const reduced = reductionAxesOf(outputs.map(({ value }) => value));
    kernels.push({
      ...kernel,
      name: start === 0 ? kernel.name : `${kernel.name}/output${String(kernels.length + 1)}`,
      reductionAxes: kernel.reductionAxes.filter(({ id }) => reduced.has(id)),
      outputs,
    });
  }
  return kernels;
}

/** What reads the old value of an entry before what writes its new one, where no circle forbids it. */
function readersFirst(outputs: readonly KernelOutput[], buffers: readonly BufferDecl[]): readonly KernelOutput[] {
  const entryOf = (buffer: number): string | undefined => {
    const { role } = buffers[buffer];
    return role.kind === 'persistent' ? role.name : undefined;
  };
  const left = outputs.map((output) => ({
    output,
    writes: entryOf(output.buffer),
    reads: new Set([...buffersRead({ outputs: [output] })].map(entryOf)),
  }));
  const ordered: KernelOutput[] = [];
  while (left.length > 0) {
    const free = left.findIndex(
      (one) => one.writes === undefined || left.every((other) => other === one || !other.reads.has(one.writes)),
    );
    ordered.push(...left.splice(Math.max(free, 0), 1).map(({ output }) => output));
  }
  return ordered;
}

function reductionAxesOf(values: readonly KernelOutput['value'][]): ReadonlySet<number> {
  return new Set(values.flatMap((value) => reducesOf(value)).flatMap(({ axes }) => axes));
}
