// What is alive when, for a program in which some values are dropped and computed again.

import { costOfValue, STORE_COST } from '../fusion/costs.ts';
import { extentsOf, iterationsOf } from '../fusion/kernel-facts.ts';
import { buffersOf, buffersRead, reducesOf } from '../kernels/contents.ts';
import { canonicalBytes } from '../kernels/buffer-bytes.ts';
import type { KernelOutput, KernelProgram } from '../kernels/kernel.ts';

/** One kernel of the given program, or the part of it that computes one value again. Values computed again have numbers from `buffers.length` on. */
export interface Step {
  readonly kernel: number;
  /** The buffer whose value is computed again; absent where the kernel runs as it is. */
  readonly again?: number;
  readonly reads: readonly number[];
  readonly writes: readonly number[];
}

export interface Timeline {
  readonly steps: readonly Step[];
  /** Canonical bytes alive during each step. */
  readonly live: Float64Array;
  readonly peak: number;
  /** Step at which the peak is reached first. */
  readonly peakStep: number;
  /** First and last step of each value, by its number; -1 for values that are not there. */
  readonly first: Int32Array;
  readonly last: Int32Array;
  /** What computing again costs, in units of {@link costOfValue}. */
  readonly cost: number;
}

export class Scene {
  readonly program: KernelProgram;
  /** Buffers that each kernel reads. */
  readonly reads: readonly (readonly number[])[];
  /** Kernel that writes each buffer; -1 for none. */
  readonly writer: Int32Array;
  readonly bytes: Float64Array;
  private readonly writes: readonly (readonly number[])[];
  /** Buffers that each output reads, for kernels with several. */
  private readonly outputReads = new Map<number, readonly number[]>();
  private readonly costs = new Map<number, number>();

  constructor(program: KernelProgram) {
    this.program = program;
    const { buffers, kernels } = program;
    this.reads = kernels.map((kernel) => [...buffersRead(kernel)]);
    this.writes = kernels.map(({ outputs }) => outputs.map(({ buffer }) => buffer));
    this.writer = new Int32Array(buffers.length).fill(-1);
    this.writes.forEach((written, at) => {
      for (const buffer of written) this.writer[buffer] = at;
    });
    this.bytes = Float64Array.from(buffers, (decl) =>
      decl.role.kind === 'persistent' || decl.role.kind === 'constant' ? 0 : canonicalBytes(decl),
    );
  }

  /** Cost of computing one buffer of its kernel. */
  costOf(buffer: number): number {
    const known = this.costs.get(buffer);
    if (known !== undefined) return known;
    const { kernel, output } = this.outputOf(buffer);
    const iterations = iterationsOf(kernel.axes);
    const extents = extentsOf(kernel);
    const reduced = new Set(reducesOf(output.value).flatMap(({ axes }) => axes));
    const steps = [...reduced].reduce((product, axis) => product * (extents.get(axis) ?? 1), 1);
    const { arithmetic, loads } = costOfValue(output.value, this.program.buffers, iterations * steps);
    const cost = iterations * ((arithmetic + loads) * steps + STORE_COST);
    this.costs.set(buffer, cost);
    return cost;
  }

  private outputOf(buffer: number): {
    readonly kernel: KernelProgram['kernels'][number];
    readonly output: KernelOutput;
  } {
    const kernel = this.program.kernels[this.writer[buffer]];
    const output = kernel.outputs.find((one) => one.buffer === buffer);
    if (output === undefined) throw new RangeError(`kernel ${kernel.name} does not write buffer ${String(buffer)}`);
    return { kernel, output };
  }

  private readsFor(buffer: number): readonly number[] {
    const known = this.outputReads.get(buffer);
    if (known !== undefined) return known;
    const reads = [...buffersOf(this.outputOf(buffer).output.value)];
    this.outputReads.set(buffer, reads);
    return reads;
  }

  /** @param kept - for each dropped buffer the last kernel that reads it as it was first computed. */
  play(kept: ReadonlyMap<number, number>): Timeline {
    const count = this.program.buffers.length;
    const steps: Step[] = [];
    const present = new Set<number>();
    let cost = 0;
    /** The number under which kernel `at` finds a value; computes it again first where that is needed. */
    const resolve = (buffer: number, at: number): number => {
      const until = kept.get(buffer);
      if (until === undefined || at <= until) return buffer;
      if (!present.has(buffer)) {
        const reads = this.readsFor(buffer).map((read) => resolve(read, at));
        present.add(buffer);
        cost += this.costOf(buffer);
        steps.push({ kernel: this.writer[buffer], again: buffer, reads, writes: [count + buffer] });
      }
      return count + buffer;
    };
    this.reads.forEach((read, kernel) => {
      const reads = kept.size === 0 ? read : read.map((buffer) => resolve(buffer, kernel));
      steps.push({ kernel, reads, writes: this.writes[kernel] });
    });
    return { ...this.measure(steps), steps, cost };
  }

  private measure(steps: readonly Step[]): Omit<Timeline, 'steps' | 'cost'> {
    const { buffers } = this.program;
    const count = buffers.length;
    const first = new Int32Array(2 * count).fill(-1);
    const last = new Int32Array(2 * count).fill(-1);
    steps.forEach(({ reads, writes }, at) => {
      for (const value of reads) last[value] = at;
      for (const value of writes) {
        first[value] = at;
        last[value] = at;
      }
    });
    const change = new Float64Array(steps.length + 1);
    for (let value = 0; value < 2 * count; value++) {
      const buffer = value % count;
      const { kind } = buffers[buffer].role;
      if (this.bytes[buffer] === 0 || (last[value] < 0 && kind !== 'input')) continue;
      if (value === buffer && kind === 'input') first[value] = 0;
      if (value === buffer && kind === 'output') last[value] = steps.length - 1;
      change[Math.max(0, first[value])] += this.bytes[buffer];
      change[Math.max(0, last[value]) + 1] -= this.bytes[buffer];
    }
    const live = new Float64Array(steps.length);
    let alive = 0;
    let peak = 0;
    let peakStep = 0;
    for (let at = 0; at < steps.length; at++) {
      alive += change[at];
      live[at] = alive;
      if (alive > peak) {
        peak = alive;
        peakStep = at;
      }
    }
    return { live, peak, peakStep, first, last };
  }
}
