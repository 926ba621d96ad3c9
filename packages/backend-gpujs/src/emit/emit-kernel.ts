// One kernel as the source of one function of gpu.js.

import type { BufferDecl, Kernel, KernelProgram } from '@netwright/compiler';
import { boundOf, Dependencies, loadsOf, rewrite } from '@netwright/compiler/kernels';
import { ExpressionEmitter } from './emit-expression.ts';
import type { Dialect } from './float-math.ts';
import { chooseGrid } from './grid.ts';
import { EXACT } from './literal.ts';
import { Writer } from './scope.ts';

export interface EmittedKernel {
  readonly source: string;
  /** Threads along x and, in some kernels, y. */
  readonly output: readonly number[];
  /** Buffers in the order of the arguments. */
  readonly reads: readonly number[];
  readonly writes: number;
  /** Elements of a row, where each thread computes one of four rows and leaves them interleaved; there may be more threads. */
  readonly interleaved?: number;
  /** Whether the last argument is infinity. */
  readonly usesInfinity: boolean;
}

export interface EmitKernelOptions extends Dialect {
  /** Whether kernels may have two dimensions of threads and, where no kernel reads what they compute, four elements for each. */
  readonly rows: boolean;
}

/** Emits the kernels of a program one after the other; what it finds out about integers, later kernels use. */
export class KernelEmitter {
  private readonly buffers: readonly BufferDecl[];
  private readonly kernels: readonly Kernel[];
  private readonly options: EmitKernelOptions;
  private readonly bounds = new Map<number, number>();

  constructor({ buffers, kernels }: KernelProgram, options: EmitKernelOptions) {
    this.buffers = buffers;
    this.kernels = kernels;
    this.options = options;
    for (const { id, dtype } of buffers)
      if (dtype === 'u8' || dtype === 'bool') this.bounds.set(id, dtype === 'u8' ? 255 : 1);
  }

  /** Whether a buffer holds words, in two planes. */
  isWord(id: number): boolean {
    return this.buffers[id].dtype === 'i32' && (this.bounds.get(id) ?? Infinity) > EXACT;
  }

  emit(kernel: Kernel): EmittedKernel {
    const [{ buffer, value }] = kernel.outputs;
    const { shape, dtype, role } = this.buffers[buffer];
    const size = sizeOf(shape);
    const all = [...kernel.axes, ...kernel.reductionAxes];
    const extents = new Map(all.map(({ id, extent }): [number, number] => [id, extent]));
    const bound = boundOf(value, extents, this.bounds);
    // Entries of the store keep one layout for all programs.
    if (dtype === 'i32' && role.kind !== 'persistent') this.bounds.set(buffer, bound);
    const isWord = this.isWord(buffer);
    const rows = this.options.rows && !isWord;
    const later = this.kernels.slice(this.kernels.indexOf(kernel) + 1);
    const isRead = later.some(({ outputs: [next] }) => loadsOf(next.value).some((load) => load.buffer === buffer));
    // Several elements of one thread can be a result, but no kernel can read them.
    const blocks = rows && dtype === 'f32' && !isRead;
    const grid = chooseGrid(kernel, shape, rows, blocks);
    const writer = new Writer();
    const reads: number[] = [];
    let usesInfinity = false;
    const axes = new Map(
      grid.threads.map((axis, at) => [axis, writer.constant('t', `this.thread.${at === 0 ? 'x' : 'y'}`)]),
    );
    const thread = axes.get(grid.threads[0]) ?? '';
    const isSecondPlane = `${thread} >= ${String(size)}`;
    const { output, width } = grid;
    if (output[0] > width)
      axes.set(grid.threads[0], writer.where('t', `${thread} >= ${String(width)}`, String(width - 1), thread));
    if (isWord) axes.set(grid.threads[0], writer.where('t', isSecondPlane, `${thread} - ${String(size)}`, thread));
    const emitter = new ExpressionEmitter({
      writer,
      axes,
      isHost: this.options.isHost,
      dependencies: new Dependencies(),
      extents: grid.extents,
      bounds: this.bounds,
      buffer: (id) => {
        if (!reads.includes(id)) reads.push(id);
        return { argument: `b${String(reads.indexOf(id))}`, isWord: this.isWord(id), shape: this.buffers[id].shape };
      },
      infinity: () => {
        usesInfinity = true;
        return 'inf';
      },
    });
    const results = grid.elements.map((axes) => rewrite(value, { axes, extents: grid.extents }));
    const [result] = results;
    if (isWord) {
      const [low, high] = emitter.word(result);
      writer.line(`return ${writer.where('v', isSecondPlane, high, low)};`);
    } else if (dtype === 'u8') {
      const [low] = emitter.word(result);
      const quotient = writer.constant('v', `Math.floor(${low} / 256)`);
      writer.line(`return ${low} - ${quotient} * 256;`);
    } else if (results.length > 1) writer.line(`return [${emitter.numbers(results).join(', ')}];`);
    else writer.line(`return ${emitter.number(result)};`);
    const names = [...reads.map((_, at) => `b${String(at)}`), ...(usesInfinity ? ['inf'] : [])];
    const body = writer.lines.map((line) => `  ${line}\n`).join('');
    return {
      source: `function (${names.join(', ')}) {\n${body}}`,
      output: isWord ? [2 * size] : output,
      reads,
      writes: buffer,
      ...(results.length > 1 ? { interleaved: width } : {}),
      usesInfinity,
    };
  }
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}
