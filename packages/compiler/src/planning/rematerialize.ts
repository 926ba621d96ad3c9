// Computes values again where they are needed late, in place of keeping them: the same kernels on the same operands, so results keep their bits.

import { kernelReduces } from '../kernels/contents.ts';
import type { BufferDecl, Kernel, KernelProgram } from '../kernels/kernel.ts';
import { renameBuffers } from '../kernels/rename-buffers.ts';
import { Scene, type Timeline } from './timeline.ts';

/** A value that kernels up to `keptUntil` read as it was first computed, and later ones as it is computed again. */
export interface Drop {
  readonly buffer: number;
  readonly keptUntil: number;
  /** Largest sum of live canonical bytes with this drop and those before it. */
  readonly peakBytes: number;
}

/** Values that are tried at each step: those with the most bytes for their cost. */
const tried = 12;
/** Values smaller than this part of the peak stay. */
const smallest = 1 / 4096;

/**
 * Values worth dropping, in the order in which they should be: each frees the most bytes at the peak for what it costs to compute again. The list ends where no
 * further value lowers the peak.
 *
 * @param program - kernels in the order of execution; old and new values of persistent entries have buffers of their own.
 */
export function chooseDrops(program: KernelProgram): readonly Drop[] {
  const scene = new Scene(program);
  const kept = new Map<number, number>();
  const drops: Drop[] = [];
  let current = scene.play(kept);
  for (;;) {
    const best = bestDrop(scene, kept, current);
    if (best === undefined) return drops;
    kept.set(best.buffer, best.keptUntil);
    current = best.timeline;
    drops.push({ buffer: best.buffer, keptUntil: best.keptUntil, peakBytes: current.peak });
  }
}

/** The program with those values computed again just before they are needed. */
export function recompute(program: KernelProgram, drops: readonly Pick<Drop, 'buffer' | 'keptUntil'>[]): KernelProgram {
  const { steps } = new Scene(program).play(new Map(drops.map(({ buffer, keptUntil }) => [buffer, keptUntil])));
  const count = program.buffers.length;
  const buffers: BufferDecl[] = [...program.buffers];
  /** Buffers of values that are computed again, by their numbers. */
  const declared = new Map<number, number>();
  const kernels = steps.map(({ kernel, again, reads }): Kernel => {
    const source = program.kernels[kernel];
    const renamed = new Map<number, number>();
    for (const read of reads) {
      const id = declared.get(read);
      if (id !== undefined) renamed.set(read - count, id);
    }
    if (again === undefined) return renameBuffers(source, renamed);
    const id = buffers.length;
    buffers.push({ ...program.buffers[again], id });
    declared.set(count + again, id);
    renamed.set(again, id);
    const outputs = source.outputs.filter(({ buffer }) => buffer === again);
    const axes = new Set(kernelReduces({ outputs }).flatMap(({ axes }) => axes));
    const reductionAxes = source.reductionAxes.filter((axis) => axes.has(axis.id));
    const name = `${source.name}/again${String(again)}`;
    return renameBuffers({ ...source, name, reductionAxes, outputs }, renamed);
  });
  return { buffers, kernels };
}

interface Candidate {
  readonly buffer: number;
  readonly keptUntil: number;
  readonly timeline: Timeline;
}

function bestDrop(scene: Scene, kept: ReadonlyMap<number, number>, current: Timeline): Candidate | undefined {
  const { steps, peakStep, peak, live } = current;
  const { kernel: atPeak, again } = steps[peakStep];
  // A step that computes again serves the next kernel that runs as it is.
  const served =
    again === undefined ? atPeak : (steps.slice(peakStep).find((step) => step.again === undefined)?.kernel ?? atPeak);
  const keptUntil = again === undefined ? served : served - 1;
  let best: Candidate | undefined;
  let bestWorth = 0;
  for (const buffer of candidates(scene, kept, current)) {
    if (scene.writer[buffer] > keptUntil) continue;
    const timeline = scene.play(new Map([...kept, [buffer, keptUntil]]));
    const same = timeline.steps.findIndex((step) => step.kernel === atPeak && step.again === again);
    const freed = live[peakStep] - (same < 0 ? 0 : timeline.live[same]);
    const worth = freed / (timeline.cost - current.cost);
    if (freed <= 0 || timeline.peak > peak || worth <= bestWorth) continue;
    bestWorth = worth;
    best = { buffer, keptUntil, timeline };
  }
  return best;
}

/** Temporary values alive at the peak that its kernel does not touch, best first. */
function candidates(
  scene: Scene,
  kept: ReadonlyMap<number, number>,
  { steps, peakStep, peak, first, last }: Timeline,
): readonly number[] {
  const { program, bytes, writer } = scene;
  const { reads, writes } = steps[peakStep];
  const touched = new Set([...reads, ...writes]);
  const found: { readonly buffer: number; readonly worth: number }[] = [];
  for (const { id, role } of program.buffers) {
    if (role.kind !== 'temporary' || kept.has(id) || writer[id] < 0 || touched.has(id)) continue;
    if (first[id] > peakStep || last[id] < peakStep || bytes[id] < peak * smallest) continue;
    found.push({ buffer: id, worth: bytes[id] / scene.costOf(id) });
  }
  return found
    .sort((a, b) => b.worth - a.worth || a.buffer - b.buffer)
    .slice(0, tried)
    .map(({ buffer }) => buffer);
}
