// Elementwise work on the result of a reduction becomes part of the reduction's kernel: biases, normalization, activations, residual sums, updates.

import type { KernelCapabilities } from '../capabilities.ts';
import type { SchedulePass } from '../planned-program.ts';
import { buffersRead, kernelNodes } from '../kernels/contents.ts';
import { hasReduction } from './kernel-facts.ts';
import { joinConsumer } from './join-kernels.ts';
import { preparedKernels } from './prepared-kernels.ts';
import { Workspace } from './workspace.ts';
import { MOST_NODES } from './inlining.ts';

/**
 * Largest distance in the order across which a kernel waits for the other operands of its only user. Waiting keeps the operands of the
 * reduction alive.
 */
const FARTHEST = 48;

export function fuseEpilogues({ maxBuffers }: KernelCapabilities): SchedulePass {
  return {
    name: 'fuse-epilogues',
    requires: 'Each buffer is written by one kernel.',
    guarantees:
      'The result of a reduction that one elementwise kernel near it alone reads, element by element, is not stored, unless its kernel would use too many buffers.',
    run: (program) => {
      const prepared = preparedKernels(program);
      const preparedBuffers = new Set(
        program.kernels.flatMap(({ outputs }, at) => (prepared.has(at) ? outputs.map(({ buffer }) => buffer) : [])),
      );
      const work = new Workspace(program);
      for (let at = 0; at < work.length; at++) fuseInto(work, at, maxBuffers, preparedBuffers);
      return work.finish();
    },
  };
}

function fuseInto(work: Workspace, at: number, maxBuffers: number, prepared: ReadonlySet<number>): void {
  const consumer = work.at(at);
  if (consumer === undefined || hasReduction(consumer)) return;
  const producers = [...work.readsAt(at)]
    .flatMap((buffer) => (work.isTemporary(buffer) ? [work.writerOf(buffer)] : []))
    .filter((writer) => writer !== undefined && writer < at)
    .sort((a, b) => (b ?? 0) - (a ?? 0));
  for (const from of new Set(producers)) {
    const producer = from === undefined ? undefined : work.at(from);
    if (from === undefined || producer === undefined || !hasReduction(producer)) continue;
    const onlyUsed = producer.outputs.every(({ buffer }) => {
      const readers = work.readersOf(buffer);
      return work.isTemporary(buffer) && readers.size === 1 && readers.has(at);
    });
    if (!onlyUsed) continue;
    if (
      producer.outputs.some(({ buffer }) => prepared.has(buffer)) &&
      !consumer.outputs.some(({ buffer }) => prepared.has(buffer))
    )
      continue;
    const place = placeOf(work, from, at);
    if (place === undefined) continue;
    const joined = joinConsumer(producer, consumer, work.buffers, () => false);
    if (
      joined === undefined ||
      buffersRead(joined).size + joined.outputs.length > maxBuffers ||
      kernelNodes(joined).size > MOST_NODES
    )
      continue;
    work.put(from, undefined);
    work.put(at, undefined);
    work.put(place, joined);
    return;
  }
}

/** Where the joined kernel runs: as early as its operands allow, or as late as the consumer if that is not far. */
function placeOf(work: Workspace, from: number, at: number): number | undefined {
  const ready = [...work.readsAt(at)].every((buffer) => {
    const writer = work.writerOf(buffer);
    return writer === undefined || writer <= from;
  });
  if (ready) return from;
  return at - from <= FARTHEST ? at : undefined;
}
