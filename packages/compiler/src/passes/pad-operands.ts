// Convolutions read copies of their operands in which the padding is there, where a condition on each read costs more.

import type { KernelCapabilities } from '../capabilities.ts';
import { extentsOf, isContraction, iterationsOf, stepsOf } from '../fusion/kernel-facts.ts';
import { kernelLoads, kernelReduces, loadsOf } from '../kernels/contents.ts';
import { load, rewrite, type LoadExpr } from '../kernels/expression.ts';
import { axisIndex, equalIndices, rangeOf, shiftIndex, type Extents } from '../kernels/index-algebra.ts';
import type { Guard } from '../kernels/index-expression.ts';
import type { BufferDecl, Expr, Kernel } from '../kernels/kernel.ts';
import { guardKey } from '../kernels/keys.ts';
import { rowMajorStorage } from '../kernels/storage.ts';
import type { SchedulePass } from '../planned-program.ts';
import { kernelDemand } from './kernel-demand.ts';

/** Fewest reads for each element of a copy. */
const REUSE = 8;

export function padOperands({ maxBuffers, maxIndex }: KernelCapabilities): SchedulePass {
  return {
    name: 'pad-operands',
    requires: 'Operands of contractions are loads.',
    guarantees: 'Contractions that read a padded tensor often enough read a copy of it, without guards.',
    run: (program) => {
      const copies = new Copies([...program.buffers], maxIndex);
      const kernels = program.kernels.flatMap((kernel) => {
        const before = copies.kernels.length;
        // A tensor may be read with guards and without, so each copy may be one buffer more.
        const guarded = new Set(kernelLoads(kernel).filter(({ guards }) => guards.length > 0));
        const fits = kernelDemand(kernel, copies.buffers).buffersUsed + guarded.size <= maxBuffers;
        const padded = fits ? copies.replaceIn(kernel) : kernel;
        copies.forget(kernel);
        return [...copies.kernels.slice(before), padded];
      });
      return { buffers: copies.buffers, kernels };
    },
  };
}

class Copies {
  readonly buffers: BufferDecl[];
  readonly kernels: Kernel[] = [];
  private readonly maxIndex: number;
  /** By what they hold. */
  private readonly known = new Map<string, BufferDecl>();

  constructor(buffers: BufferDecl[], maxIndex: number) {
    this.buffers = buffers;
    this.maxIndex = maxIndex;
  }

  replaceIn(kernel: Kernel): Kernel {
    const extents = extentsOf(kernel);
    const replacements = new Map<Expr, Expr>();
    for (const reduce of kernelReduces(kernel)) {
      if (!isContraction(reduce, extents)) continue;
      const reads = iterationsOf(kernel.axes) * stepsOf(reduce, extents);
      for (const one of loadsOf(reduce.body)) {
        const copy = one.guards.length === 0 ? undefined : this.copyFor(kernel, one, reads / REUSE, extents);
        if (copy !== undefined) replacements.set(one, copy);
      }
    }
    if (replacements.size === 0) return kernel;
    const rewriting = { axes: new Map(), extents, replace: (expr: Expr) => replacements.get(expr) };
    return { ...kernel, outputs: kernel.outputs.map((one) => ({ ...one, value: rewrite(one.value, rewriting) })) };
  }

  /** Copies of what the kernel writes hold it no more. */
  forget({ outputs }: Kernel): void {
    for (const key of [...this.known.keys()])
      if (outputs.some(({ buffer }) => key.startsWith(`${String(buffer)}:`))) this.known.delete(key);
  }

  /** The load from a copy; undefined where a guard is not about one dimension of the tensor, or a copy is not worth while. */
  private copyFor(
    { name, sources }: Kernel,
    { buffer, dtype, index, guards, fill }: LoadExpr,
    most: number,
    extents: Extents,
  ): Expr | undefined {
    const ranges = index.map((one) => rangeOf(one, extents));
    const moved: Guard[] = [];
    for (const { index: guarded, lower, upper } of guards) {
      const dimension = index.findIndex((one) => equalIndices(one, guarded));
      const range = ranges[dimension];
      if (range === undefined) return undefined;
      moved.push({ index: axisIndex(dimension, 1, range[0]), lower, upper });
    }
    const lows = ranges.map((range) => range?.[0] ?? 0);
    const shape = ranges.map((range) => (range === undefined ? Infinity : range[1] - range[0] + 1));
    const size = shape.reduce((product, dim) => product * dim, 1);
    if (size > most || size > this.maxIndex) return undefined;
    const key = `${String(buffer)}:${shape.join()}:${lows.join()}:${moved.map(guardKey).join()}:${String(fill)}`;
    const known = this.known.get(key) ?? this.declare(dtype, shape);
    if (known === undefined) return undefined;
    if (!this.known.has(key)) {
      const source = lows.map((low, dimension) => axisIndex(dimension, 1, low));
      this.kernels.push({
        name: `${name}/padded${String(known.id)}`,
        sources,
        axes: shape.map((extent, id) => ({ id, extent })),
        reductionAxes: [],
        outputs: [
          {
            buffer: known.id,
            index: shape.map((_, id) => axisIndex(id)),
            value: { kind: 'load', dtype, buffer, index: source, guards: moved, fill },
          },
        ],
      });
      this.known.set(key, known);
    }
    return load(
      known.id,
      dtype,
      index.map((one, dimension) => shiftIndex(one, -lows[dimension])),
    );
  }

  private declare(dtype: LoadExpr['dtype'], shape: readonly number[]): BufferDecl | undefined {
    if (dtype !== 'f32') return undefined;
    const id = this.buffers.length;
    const made: BufferDecl = { id, dtype, shape, role: { kind: 'temporary' }, storage: rowMajorStorage(shape) };
    this.buffers.push(made);
    return made;
  }
}
