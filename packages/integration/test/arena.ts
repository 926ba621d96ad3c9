// The memory of a program on the fast backend, against what has to live at once.

import { resnet } from '@netwright/arch-resnet';
import { cpu } from '@netwright/backend-cpu';
import {
  compile,
  compileKernels,
  type Backend,
  type BufferDecl,
  type Kernel,
  type KernelProgram,
} from '@netwright/compiler';
import { loadsOf } from '@netwright/compiler/kernels';
import { BYTES_PER_ELEMENT, crossEntropy, inferenceMode } from '@netwright/ir';
import { momentum } from '@netwright/optim-momentum';
import { createTrainer } from '@netwright/train';

export interface ArenaCase {
  readonly model: Parameters<typeof resnet>[0];
  readonly options?: Parameters<typeof resnet>[1];
  readonly batch: number;
  readonly training: boolean;
  readonly precision: 'high' | 'fast';
}

/** Bytes of the arena over the largest live set, of the program that a backend loads. */
export async function arenaRatio({ model, options = {}, batch, training, precision }: ArenaCase): Promise<number> {
  const network = resnet(model, options);
  let live = 0;
  const inner = cpu({ target: 'wasm', threads: 1, precision });
  const backend: Backend = {
    ...inner,
    load: (graph, store, settings) => {
      // Kernels in their final order, before a schedule adds scratch and padding.
      const { program } = compileKernels(graph, { dims: settings.dims });
      live = largestLiveSet(program);
      return inner.load(graph, store, settings);
    },
  };
  try {
    if (training) {
      const trainer = await createTrainer({ model: network, backend, optimizer: momentum(), loss: crossEntropy() });
      const { arenaBytes } = await trainer.report(batch);
      await trainer.dispose();
      return arenaBytes / live;
    }
    const executable = await compile(inferenceMode.run(network.build()), backend, { dims: { N: batch } });
    const { arenaBytes } = executable.report;
    await executable.dispose();
    return arenaBytes / live;
  } finally {
    await inner.dispose();
  }
}

/**
 * The largest sum of bytes, each buffer from the kernel that writes it to the last that reads it. Inputs live from the start and outputs to the end; parameters,
 * constants and what is computed from them alone are no part of it. What a kernel computes element by element may take the place of an operand of the same size
 * that is not needed any more.
 */
function largestLiveSet({ buffers, kernels }: KernelProgram): number {
  const updated = new Set(
    kernels.flatMap(({ outputs }) => outputs.flatMap(({ buffer }) => nameOf(buffers[buffer]) ?? [])),
  );
  const steady = new Set(
    buffers
      .filter((decl) => {
        const name = nameOf(decl);
        return decl.role.kind === 'constant' || (name !== undefined && !updated.has(name));
      })
      .map(({ id }) => id),
  );
  for (const kernel of kernels)
    if (readBy(kernel).every((id) => steady.has(id))) for (const { buffer } of kernel.outputs) steady.add(buffer);
  const varies = ({ id, role }: BufferDecl): boolean => role.kind !== 'persistent' && !steady.has(id);
  const lastRead = new Map<number, number>();
  kernels.forEach((kernel, at) => {
    for (const id of readBy(kernel)) lastRead.set(id, at);
  });
  const alive = new Map<number, number>();
  const bytesOf = ({ shape, dtype }: BufferDecl): number =>
    shape.reduce((product, extent) => product * extent, BYTES_PER_ELEMENT[dtype]);
  const sum = (): number => [...alive.values()].reduce((total, bytes) => total + bytes, 0);
  for (const decl of buffers) if (decl.role.kind === 'input') alive.set(decl.id, bytesOf(decl));
  let largest = sum();
  kernels.forEach((kernel, at) => {
    const dying = readBy(kernel).filter(
      (id) => alive.has(id) && lastRead.get(id) === at && buffers[id].role.kind !== 'output',
    );
    const written = kernel.outputs.map(({ buffer }) => buffers[buffer]).filter(varies);
    const replaced = kernel.reductionAxes.length > 0 ? [] : [...dying];
    for (const decl of written) {
      const place = replaced.findIndex((id) => bytesOf(buffers[id]) === bytesOf(decl));
      for (const id of place < 0 ? [] : replaced.splice(place, 1)) alive.delete(id);
      alive.set(decl.id, bytesOf(decl));
    }
    largest = Math.max(largest, sum());
    for (const id of dying) alive.delete(id);
  });
  return largest;
}

function nameOf({ role }: BufferDecl): string | undefined {
  return role.kind === 'persistent' ? role.name : undefined;
}

function readBy({ outputs }: Kernel): readonly number[] {
  return [...new Set(outputs.flatMap(({ value }) => loadsOf(value).map(({ buffer }) => buffer)))];
}
