// A list schedule of kernels that keeps little alive.

import { buffersRead } from '../kernels/contents.ts';
import { canonicalBytes } from '../kernels/buffer-bytes.ts';
import type { KernelProgram } from '../kernels/kernel.ts';
import type { SchedulePass } from '../planned-program.ts';
import { updatedEntries } from './place-updates.ts';

export const orderKernels: SchedulePass = {
  name: 'order-kernels',
  requires: 'Each buffer is written by one kernel; old and new values of persistent entries have buffers of their own.',
  guarantees:
    'Kernels come after those whose results they read and, where no circle forbids it, an entry is written after every read of its old value. The better of two deterministic orders: as given, and with kernels that free at least as much as they take moved forward.',
  run: (program) => {
    const given = new Scheduler(program, false).run();
    const eager = new Scheduler(program, true).run();
    return {
      buffers: program.buffers,
      kernels: (eager.peak < given.peak ? eager : given).order.map((at) => program.kernels[at]),
    };
  },
};

interface Order {
  readonly order: readonly number[];
  readonly peak: number;
}

class Scheduler {
  private readonly program: KernelProgram;
  private readonly eager: boolean;
  private readonly reads: readonly (readonly number[])[];
  private readonly readers = new Map<number, Set<number>>();
  /** Kernels that must run, or had better run, before each. */
  private readonly needs: Set<number>[];
  private readonly wishes: Set<number>[];
  private readonly followers: Set<number>[];
  private readonly done: boolean[];
  /** Kernels that need nothing more, in order. */
  private ready: number[] = [];
  private live = 0;
  private peak = 0;

  constructor(program: KernelProgram, eager: boolean) {
    this.program = program;
    this.eager = eager;
    const { kernels, buffers } = program;
    this.reads = kernels.map((kernel) => [...buffersRead(kernel)]);
    this.needs = kernels.map(() => new Set());
    this.wishes = kernels.map(() => new Set());
    this.followers = kernels.map(() => new Set());
    this.done = kernels.map(() => false);
    const writers = new Map<number, number>();
    kernels.forEach(({ outputs }, at) => {
      for (const { buffer } of outputs) writers.set(buffer, at);
    });
    this.reads.forEach((read, at) => {
      for (const buffer of read) {
        const known = this.readers.get(buffer) ?? new Set();
        this.readers.set(buffer, known.add(at));
        const writer = writers.get(buffer);
        if (writer !== undefined) this.edge(this.needs, writer, at);
      }
    });
    for (const { id, old } of updatedEntries(program)) {
      const writer = writers.get(id);
      if (old === undefined || writer === undefined) continue;
      for (const reader of this.readers.get(old) ?? []) if (reader !== writer) this.edge(this.wishes, reader, writer);
    }
    for (const buffer of buffers) if (buffer.role.kind === 'input') this.live += canonicalBytes(buffer);
    this.peak = this.live;
  }

  run(): Order {
    const order: number[] = [];
    const { kernels } = this.program;
    this.ready = kernels.flatMap((_, at) => (this.needs[at].size === 0 ? [at] : []));
    while (order.length < kernels.length) {
      const at = this.choose();
      this.execute(at);
      order.push(at);
    }
    return { order, peak: this.peak };
  }

  private edge(edges: readonly Set<number>[], before: number, after: number): void {
    edges[after].add(before);
    this.followers[before].add(after);
  }

  private choose(): number {
    const free = this.ready.filter((at) => this.wishes[at].size === 0);
    const candidates = free.length > 0 ? free : this.ready;
    if (!this.eager) return candidates[0];
    let best = candidates[0];
    let bestGrowth = Math.min(this.growth(best), 1);
    for (const at of candidates) {
      const growth = this.growth(at);
      if (growth <= 0 && growth < bestGrowth) {
        best = at;
        bestGrowth = growth;
      }
    }
    return best;
  }

  /** Bytes that a kernel takes less those that it frees. */
  private growth(at: number): number {
    return this.taken(at) - this.freed(at);
  }

  private taken(at: number): number {
    return this.program.kernels[at].outputs.reduce((sum, { buffer }) => sum + this.bytes(buffer), 0);
  }

  private freed(at: number): number {
    return this.reads[at].reduce((sum, buffer) => {
      const { kind } = this.program.buffers[buffer].role;
      return (
        sum +
        ((kind === 'temporary' || kind === 'input') && this.readers.get(buffer)?.size === 1 ? this.bytes(buffer) : 0)
      );
    }, 0);
  }

  private bytes(buffer: number): number {
    const decl = this.program.buffers[buffer];
    return decl.role.kind === 'persistent' || decl.role.kind === 'constant' ? 0 : canonicalBytes(decl);
  }

  private execute(at: number): void {
    this.live += this.taken(at);
    this.peak = Math.max(this.peak, this.live);
    this.live -= this.freed(at);
    this.done[at] = true;
    for (const buffer of this.reads[at]) this.readers.get(buffer)?.delete(at);
    this.ready.splice(this.ready.indexOf(at), 1);
    for (const follower of this.followers[at]) {
      const { size } = this.needs[follower];
      this.needs[follower].delete(at);
      this.wishes[follower].delete(at);
      if (size === 1 && this.needs[follower].size === 0 && !this.done[follower]) insertSorted(this.ready, follower);
    }
  }
}

function insertSorted(list: number[], value: number): void {
  let at = list.length;
  while (at > 0 && list[at - 1] > value) at--;
  list.splice(at, 0, value);
}
