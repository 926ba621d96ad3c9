// Reductions with more steps than one kernel may take become parts and a reduction of the parts.

import type { KernelCapabilities } from '../capabilities.ts';
import { kernelReduces } from '../kernels/contents.ts';
import { binary, cast, constant, guarded, indexValue, load, reduce, type ReduceExpr } from '../kernels/expression.ts';
import {
  addIndices,
  axisIndex,
  scaleIndex,
  shiftIndex,
  unflatten,
  valueIndex,
  type Extents,
} from '../kernels/index-algebra.ts';
import type { Guard, Index } from '../kernels/index-expression.ts';
import type { Axis, BufferDecl, Expr, Kernel } from '../kernels/kernel.ts';
import type { SchedulePass } from '../planned-program.ts';
import { Materializer, rewriteGuarded, substituteAxis } from './materialize.ts';
import { reductionSteps } from './reduction-steps.ts';

/** The number and the size of parts depend on extents alone, so results are the same in every run. */
export function splitReductions({ maxIterations }: Pick<KernelCapabilities, 'maxIterations'>): SchedulePass {
  return {
    name: 'split-reductions',
    requires: 'Reductions do not nest.',
    guarantees:
      'All reductions of a kernel together take at most as many steps as a kernel may take for one output element.',
    run: (program) => {
      const buffers = [...program.buffers];
      return { buffers, kernels: program.kernels.flatMap((kernel) => limitSteps(kernel, buffers, maxIterations)) };
    },
  };
}

function limitSteps(kernel: Kernel, buffers: BufferDecl[], limit: number): readonly Kernel[] {
  if (reductionSteps(kernel) <= limit) return [kernel];
  const splitter = new Splitter(kernel, buffers, Math.max(1, Math.floor(limit / kernelReduces(kernel).length)));
  return splitter.run().flatMap((part) => limitSteps(part, buffers, limit));
}

class Splitter {
  private readonly kernel: Kernel;
  private readonly parts: Materializer;
  private readonly limit: number;
  private readonly added: Axis[] = [];
  private nextAxis: number;

  /** @param limit - steps for each reduction. */
  constructor(kernel: Kernel, buffers: BufferDecl[], limit: number) {
    this.kernel = kernel;
    this.parts = new Materializer(kernel, buffers);
    this.limit = limit;
    this.nextAxis = Math.max(-1, ...[...kernel.axes, ...kernel.reductionAxes].map(({ id }) => id)) + 1;
  }

  run(): readonly Kernel[] {
    const { kernel, parts } = this;
    const outputs = kernel.outputs.map((output) => ({
      ...output,
      value: rewriteGuarded(output.value, parts.extents, (expr, guards) =>
        expr.kind === 'reduce' ? this.split(expr, guards) : undefined,
      ),
    }));
    const used = new Set(kernelReduces({ outputs }).flatMap(({ axes }) => axes));
    const reductionAxes = [...kernel.reductionAxes, ...this.added].filter(({ id }) => used.has(id));
    return [...parts.kernels, { ...kernel, reductionAxes, outputs }];
  }

  private split(whole: ReduceExpr, guards: readonly Guard[]): Expr {
    const { extents } = this.parts;
    const axes = whole.axes.map((id): Axis => ({ id, extent: extents.get(id) ?? 1 }));
    if (iterations(axes) <= this.limit) return whole;
    const chunks = this.chooseChunks(axes);
    const body = this.chunkBody(whole, chunks);
    const identity = constant(
      whole.op === 'sum' ? 0 : whole.body.dtype === 'f32' ? -Infinity : -(2 ** 31),
      whole.body.dtype,
    );
    const needed = (value: Expr): Expr =>
      guards.length === 0 ? value : guarded(guards, value, constant(0, value.dtype), this.extentsWith(chunks));
    const inChunk = (op: ReduceExpr['op']): Expr =>
      reduce(
        op,
        chunks.inner.map(({ id }) => id),
        chunks.guards.length === 0 ? body : guarded(chunks.guards, body, identity, this.extentsWith(chunks)),
      );
    const stored = (op: ReduceExpr['op']): Expr =>
      this.parts.store([needed(inChunk(op))], [...this.kernel.axes, ...chunks.outer], chunks.inner)[0];
    const outer = chunks.outer.map(({ id }) => id);
    if (whole.op !== 'argmax') {
      this.added.push(...chunks.outer);
      return reduce(whole.op, outer, stored(whole.op));
    }
    const [chunk] = this.parts.store([reduce('argmax', outer, stored('max'))], this.kernel.axes, chunks.outer);
    return this.positionIn(chunks, chunk, stored('argmax'));
  }

  /** Chunks are contiguous in row-major order of the axes, so that the first maximum stays the first. */
  private chooseChunks(axes: readonly Axis[]): Chunks {
    let inner = 1;
    let at = axes.length - 1;
    while (at > 0 && inner * axes[at].extent <= this.limit) inner *= axes[at--].extent;
    const { id, extent } = axes[at];
    const most = Math.max(1, Math.floor(this.limit / inner));
    const count = Math.ceil(extent / most);
    const size = Math.ceil(extent / count);
    const part: Axis = { id: this.nextAxis++, extent: count };
    const step: Axis = { id: this.nextAxis++, extent: size };
    const lead = axes.slice(0, at).map(({ extent: length }): Axis => ({ id: this.nextAxis++, extent: length }));
    const position = addIndices(axisIndex(part.id, size), axisIndex(step.id));
    return {
      outer: [...lead, part],
      inner: [...(size > 1 ? [step] : []), ...axes.slice(at + 1)],
      replaced: new Map<number, Index>([
        ...axes.slice(0, at).map((axis, k): [number, Index] => [axis.id, axisIndex(lead[k].id)]),
        [id, size > 1 ? position : axisIndex(part.id)],
      ]),
      guards: count * size === extent ? [] : [{ index: position, lower: 0, upper: extent }],
      strides: { part: size * inner, lead: extent * inner },
    };
  }

  private extentsWith({ outer, inner }: Chunks): Extents {
    return new Map([
      ...this.parts.extents,
      ...[...outer, ...inner].map(({ id, extent }): [number, number] => [id, extent]),
    ]);
  }

  private chunkBody({ body }: ReduceExpr, chunks: Chunks): Expr {
    const extents = this.extentsWith(chunks);
    let result = body;
    for (const [axis, index] of chunks.replaced) result = substituteAxis(result, axis, index, extents);
    return result;
  }

  /** The position of the maximum: where its chunk starts, and where it is in its chunk. */
  private positionIn({ outer, strides }: Chunks, chunk: Expr, positions: Expr): Expr {
    if (positions.kind !== 'load') throw new RangeError('positions of maxima are stored as i32');
    const shape = outer.map(({ extent }) => extent);
    const digits = unflatten(valueIndex(chunk), shape, new Map());
    const kernelAxes = this.kernel.axes.map(({ id }) => axisIndex(id));
    const guards = digits.map((index, at): Guard => ({ index, lower: 0, upper: shape[at] }));
    const local = { ...load(positions.buffer, 'i32', [...kernelAxes, ...digits]), guards };
    const part = digits[digits.length - 1];
    const lead = shape.slice(0, -1);
    const leading = digits.slice(0, -1);
    const leadPosition = leading.reduce<Index>(
      (sum, digit, at) => addIndices(scaleIndex(sum, lead[at]), digit),
      shiftIndex(axisIndex(0, 0), 0),
    );
    const start = addIndices(scaleIndex(part, strides.part), scaleIndex(leadPosition, strides.lead));
    return binary('add', cast(indexValue(start), 'i32'), local);
  }
}

interface Chunks {
  /** Axes that number the chunks. */
  readonly outer: readonly Axis[];
  /** Axes within a chunk. */
  readonly inner: readonly Axis[];
  /** The old axes in terms of the new ones; others stay. */
  readonly replaced: ReadonlyMap<number, Index>;
  /** Where the last chunk ends, if it is shorter. */
  readonly guards: readonly Guard[];
  /** Elements between chunks, and between the starts of rows of chunks. */
  readonly strides: { readonly part: number; readonly lead: number };
}

function iterations(axes: readonly Axis[]): number {
  return axes.reduce((product, { extent }) => product * extent, 1);
}
