// Kernels that visit the same elements, or that read the same large operand, become one kernel with several outputs.

import type { KernelCapabilities } from '../capabilities.ts';
import { buffersRead, kernelNodes, kernelReduces } from '../kernels/contents.ts';
import type { BufferDecl, Kernel } from '../kernels/kernel.ts';
import type { SchedulePass } from '../planned-program.ts';
import { MOST_NODES } from './inlining.ts';
import { joinConsumer, joinSiblings, sameExtents } from './join-kernels.ts';
import {
  accessesOf,
  elementKey,
  elementsOf,
  extentsOf,
  hasReduction,
  isContraction,
  iterationsOf,
} from './kernel-facts.ts';
import { preparedKernels } from './prepared-kernels.ts';
import { Workspace } from './workspace.ts';

/** Largest distances in the order: joining kernels that are far apart would keep their operands alive between. */
const FARTHEST_CONSUMER = 24;
const FARTHEST_REDUCTION = 48;
const FARTHEST_ELEMENTWISE = 8;

export function mergeKernels(capabilities: KernelCapabilities): SchedulePass {
  return {
    name: 'merge-kernels',
    requires: 'Each buffer is written by one kernel.',
    guarantees:
      'Kernels near each other that visit the same elements, one reading what the other writes or both reading the same large operand, are one, within the limits on outputs and buffers.',
    run: (program) => {
      if (capabilities.maxOutputs < 2) return program;
      const merging = new Merging(new Workspace(program), capabilities, preparedBuffers(program));
      return merging.run();
    },
  };
}

function preparedBuffers(program: Parameters<typeof preparedKernels>[0]): ReadonlySet<number> {
  const prepared = preparedKernels(program);
  return new Set(
    program.kernels.flatMap(({ outputs }, at) => (prepared.has(at) ? outputs.map(({ buffer }) => buffer) : [])),
  );
}

class Merging {
  private readonly work: Workspace;
  private readonly capabilities: KernelCapabilities;
  private readonly prepared: ReadonlySet<number>;

  constructor(work: Workspace, capabilities: KernelCapabilities, prepared: ReadonlySet<number>) {
    this.work = work;
    this.capabilities = capabilities;
    this.prepared = prepared;
  }

  run(): ReturnType<Workspace['finish']> {
    for (let at = 0; at < this.work.length; at++) {
      for (let current: number | undefined = at; current !== undefined;) current = this.mergeAt(current);
    }
    return this.work.finish();
  }

  /** Joins the kernel with one before it; where the joined kernel is, if there was one. */
  private mergeAt(at: number): number | undefined {
    const kernel = this.work.at(at);
    if (kernel === undefined) return undefined;
    for (const from of hasReduction(kernel) ? [] : this.producersOf(at)) {
      const place = this.join(from, at, this.withProducer(from, at, kernel));
      if (place !== undefined) return place;
    }
    for (const from of this.siblingsOf(at, kernel)) {
      const place = this.join(from, at, this.withSibling(from, at, kernel));
      if (place !== undefined) return place;
    }
    return undefined;
  }

  /** Where kernels are that write what this one reads, the nearest first. */
  private producersOf(at: number): readonly number[] {
    const writers = new Set<number>();
    for (const buffer of this.work.readsAt(at)) {
      const writer = this.work.writerOf(buffer);
      if (writer !== undefined && writer < at && at - writer <= FARTHEST_CONSUMER) writers.add(writer);
    }
    return [...writers].sort((a, b) => b - a);
  }

  /** Where kernels are that read a large operand of this one, the nearest first. */
  private siblingsOf(at: number, kernel: Kernel): readonly number[] {
    const farthest = hasReduction(kernel) ? FARTHEST_REDUCTION : FARTHEST_ELEMENTWISE;
    const others = new Set<number>();
    for (const buffer of this.largeOperands(kernel)) {
      for (const reader of this.work.readersOf(buffer)) if (reader < at && at - reader <= farthest) others.add(reader);
    }
    return [...others].sort((a, b) => b - a);
  }

  private largeOperands(kernel: Kernel): readonly number[] {
    const points = iterationsOf(kernel.axes) * iterationsOf(kernel.reductionAxes);
    return points < 2
      ? []
      : [...buffersRead(kernel)].filter((buffer) => elementsOf(this.work.buffers[buffer]) >= points);
  }

  private withProducer(from: number, at: number, consumer: Kernel): Kernel | undefined {
    const { work } = this;
    const producer = work.at(from);
    if (producer === undefined || !this.samePhase(producer, consumer)) return undefined;
    const kept = (buffer: number): boolean => {
      const readers = work.readersOf(buffer);
      return !work.isTemporary(buffer) || readers.size > 1 || !readers.has(at);
    };
    const joined = joinConsumer(producer, consumer, work.buffers, kept);
    return joined !== undefined && this.fits(joined) ? joined : undefined;
  }

  private withSibling(from: number, at: number, kernel: Kernel): Kernel | undefined {
    const other = this.work.at(from);
    if (
      other === undefined ||
      !sameExtents(other.axes, kernel.axes) ||
      !sameExtents(other.reductionAxes, kernel.reductionAxes)
    )
      return undefined;
    if (!this.samePhase(other, kernel) || hasContraction(other) || hasContraction(kernel)) return undefined;
    const written = new Set(other.outputs.map(({ buffer }) => buffer));
    if ([...this.work.readsAt(at)].some((buffer) => written.has(buffer))) return undefined;
    const joined = joinSiblings(other, kernel);
    if (joined === undefined || !this.fits(joined)) return undefined;
    const shared = this.largeOperands(kernel).some((buffer) => {
      const before = accessKeys(other, this.work.buffers[buffer]);
      return before.size > 0 && accessKeys(joined, this.work.buffers[buffer]).size === before.size;
    });
    return shared ? joined : undefined;
  }

  private join(from: number, at: number, joined: Kernel | undefined): number | undefined {
    if (joined === undefined) return undefined;
    const dependents = this.work.dependents(from, at);
    return this.work.dependsOnAny(at, dependents) ? undefined : this.work.join(from, at, joined, dependents);
  }

  /** Whether both or neither are computed ahead of runs. */
  private samePhase(a: Kernel, b: Kernel): boolean {
    const isPrepared = ({ outputs }: Kernel): boolean => outputs.every(({ buffer }) => this.prepared.has(buffer));
    return isPrepared(a) === isPrepared(b);
  }

  private fits(joined: Kernel): boolean {
    const { maxOutputs, maxBuffers } = this.capabilities;
    const { length } = joined.outputs;
    return (
      length <= maxOutputs && buffersRead(joined).size + length <= maxBuffers && kernelNodes(joined).size <= MOST_NODES
    );
  }
}

function hasContraction(kernel: Kernel): boolean {
  const extents = extentsOf(kernel);
  return kernelReduces(kernel).some((reduce) => isContraction(reduce, extents));
}

function accessKeys(kernel: Kernel, buffer: BufferDecl): ReadonlySet<string> {
  const accesses = accessesOf(kernel);
  return new Set(
    accesses.filter(({ load }) => load.buffer === buffer.id).map(({ load }) => elementKey(load.index, buffer)),
  );
}
