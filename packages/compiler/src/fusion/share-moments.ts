// A mean and the squares around it, as normalizations need them, in one pass over the values: sums around a pivot give both.

import type { KernelCapabilities } from '../capabilities.ts';
import { buffersRead, kernelReduces, nodesOf, reducesOf } from '../kernels/contents.ts';
import { binary, constant, load, reduce, rewrite, type LoadExpr, type ReduceExpr } from '../kernels/expression.ts';
import { axisIndex, constantIndex, pureAxis, type Extents } from '../kernels/index-algebra.ts';
import type { Index } from '../kernels/index-expression.ts';
import { exprKey } from '../kernels/keys.ts';
import type { BufferDecl, Expr, Kernel, KernelOutput, KernelProgram } from '../kernels/kernel.ts';
import type { SchedulePass } from '../planned-program.ts';
import { axesOf, extentsOf, isContraction, iterationsOf, stepsOf } from './kernel-facts.ts';

/** Fewer values are still in the cache for a second pass, which loses no digits at all. */
const FEWEST_VALUES = 2 ** 16;
/** Values whose mean is the pivot. */
const SAMPLES = 8;
/** Most distinct nodes of the square of a value around its mean that are worth evaluating once more for each sample. */
const LARGEST_SQUARE = 12;

/**
 * `sum((x - m)^2)` of a kernel that reads the mean `m`, which another kernel computes as `sum(x) / n`, becomes a second result of that kernel. With a pivot `k`,
 * `s = sum(x - k)` and `q = sum((x - k)^2)`, the sum is `n k + s` and the squares around the mean are `q - s^2 / n` (Chan, Golub and LeVeque, "Algorithms
 * for computing the sample variance", 1983: shifted data). That loses digits as the square of the distance between pivot and mean in standard deviations,
 * which is small for the mean of a few values, however large the mean is.
 */
export function shareMoments(capabilities: KernelCapabilities): SchedulePass {
  return {
    name: 'share-moments',
    requires: 'Each buffer is written by one kernel.',
    guarantees:
      'No kernel sums squares of many simple values around their mean, which another kernel computes, within the limits on outputs and buffers.',
    run: (program) => (capabilities.maxOutputs < 2 ? program : new Sharing(program, capabilities).run()),
  };
}

/** Squares around `mean`: the body of a sum, taken apart. */
interface Squares {
  readonly sum: ReduceExpr;
  readonly x: Expr;
  readonly mean: LoadExpr;
}

class Sharing {
  private readonly buffers: BufferDecl[];
  private readonly kernels: Kernel[];
  private readonly capabilities: KernelCapabilities;
  /** Positions of the kernels that write buffers. */
  private readonly writers = new Map<number, number>();

  constructor({ buffers, kernels }: KernelProgram, capabilities: KernelCapabilities) {
    this.buffers = [...buffers];
    this.kernels = [...kernels];
    this.capabilities = capabilities;
  }

  run(): KernelProgram {
    for (let at = 0; at < this.kernels.length; at++) {
      for (const sum of kernelReduces(this.kernels[at])) {
        const squares = squaresOf(sum);
        if (squares !== undefined) this.share(at, squares);
      }
      for (const { buffer } of this.kernels[at].outputs) this.writers.set(buffer, at);
    }
    return { buffers: this.buffers, kernels: this.kernels };
  }

  private share(at: number, { sum, x, mean }: Squares): void {
    const from = this.writers.get(mean.buffer);
    if (from === undefined) return;
    const [user, producer] = [this.kernels[at], this.kernels[from]];
    const output = producer.outputs.find(({ buffer }) => buffer === mean.buffer);
    const { maxOutputs, maxBuffers } = this.capabilities;
    const { length } = producer.outputs;
    if (output === undefined || length + 1 > maxOutputs || buffersRead(producer).size + length + 1 > maxBuffers) return;
    const extents = extentsOf(producer);
    const total = meanOf(output.value, extents);
    if (total === undefined || iterationsOf(producer.axes) * stepsOf(total, extents) < FEWEST_VALUES) return;
    if (!isSumOfSame(total, producer, output, { sum, x, mean }, user, this.buffers[mean.buffer])) return;
    const id = this.buffers.length;
    this.buffers.push({ ...this.buffers[mean.buffer], id, role: { kind: 'temporary' } });
    this.kernels[from] = withMoments(producer, output, total, id);
    this.kernels[at] = substitute(user, new Map([[exprKey(sum), load(id, 'f32', mean.index)]]));
  }
}

function squaresOf(sum: ReduceExpr): Squares | undefined {
  const { op, dtype, body } = sum;
  if (op !== 'sum' || dtype !== 'f32' || body.kind !== 'binary' || body.op !== 'mul') return undefined;
  if (nodesOf(body).size > LARGEST_SQUARE) return undefined;
  const { a, b } = body;
  if (a.kind !== 'binary' || a.op !== 'sub' || (a !== b && exprKey(a) !== exprKey(b))) return undefined;
  const { a: x, b: mean } = a;
  if (mean.kind !== 'load' || mean.guards.length > 0) return undefined;
  const own = axesOf(mean.index);
  return sum.axes.some((axis) => own.has(axis)) ? undefined : { sum, x, mean };
}

/** The sum whose mean the value is. */
function meanOf(value: Expr, extents: Extents): ReduceExpr | undefined {
  if (value.kind !== 'binary' || value.a.kind !== 'reduce' || value.b.kind !== 'const') return undefined;
  const { op, a: total, b: divisor } = value;
  if (total.op !== 'sum' || total.dtype !== 'f32' || isContraction(total, extents)) return undefined;
  const count = stepsOf(total, extents);
  return (op === 'div' && divisor.value === count) || (op === 'mul' && divisor.value === 1 / count) ? total : undefined;
}

/** Whether `total`, from which the producer computes the mean, adds up the very values whose squares around the mean are added up. */
function isSumOfSame(
  total: ReduceExpr,
  producer: Kernel,
  { index }: KernelOutput,
  { sum, x, mean }: Squares,
  user: Kernel,
  { shape }: BufferDecl,
): boolean {
  const [extents, others] = [extentsOf(producer), extentsOf(user)];
  if (total.axes.length !== sum.axes.length) return false;
  const pairs: (readonly [from: number | undefined, to: number | undefined])[] = sum.axes.map((axis, k) => [
    axis,
    total.axes[k],
  ]);
  index.forEach((one, k) => {
    if (shape[k] !== 1) pairs.push([pureAxis(mean.index[k]), pureAxis(one)]);
  });
  const axes = new Map<number, Index>();
  for (const [from, to] of pairs) {
    if (from === undefined || to === undefined || extents.get(to) !== others.get(from)) return false;
    axes.set(from, axisIndex(to));
  }
  // An axis of the user that is left must not be taken for one of the producer.
  for (const { id } of user.axes) if (!axes.has(id)) axes.set(id, axisIndex(-1 - id));
  return exprKey(rewrite(x, { axes, extents })) === exprKey(total.body);
}

/** The kernel with `total` computed around a pivot, and the squares around the mean in another buffer. */
function withMoments(producer: Kernel, { index, value }: KernelOutput, total: ReduceExpr, buffer: number): Kernel {
  const extents = extentsOf(producer);
  const pivot = pivotOf(total, extents);
  const distance = binary('sub', total.body, pivot);
  const count = constant(stepsOf(total, extents));
  const sum = reduce('sum', total.axes, distance);
  const squares = reduce('sum', total.axes, binary('mul', distance, distance));
  const around = binary('sub', squares, binary('mul', sum, binary('div', sum, count)));
  const moved = substitute(
    producer,
    new Map([
      [exprKey(value), binary('add', pivot, binary('div', sum, count))],
      [exprKey(total), binary('add', binary('mul', pivot, count), sum)],
    ]),
  );
  // Rounding may take squares that are all but zero below it.
  return { ...moved, outputs: [...moved.outputs, { buffer, index, value: binary('max', around, constant(0)) }] };
}

/** The mean of some values, which lie all over the axes of the sum. */
function pivotOf({ axes, body }: ReduceExpr, extents: Extents): Expr {
  const samples = Array.from({ length: SAMPLES }, (_, at) => {
    const place = (axis: number): number => Math.floor(((extents.get(axis) ?? 1) * (at + 0.5)) / SAMPLES);
    return rewrite(body, { axes: new Map(axes.map((axis) => [axis, constantIndex(place(axis))])), extents });
  });
  return binary(
    'mul',
    samples.reduce((sum, sample) => binary('add', sum, sample)),
    constant(1 / SAMPLES),
  );
}

/** The kernel with other expressions in place of some reductions, and of operations on one, by their keys. */
function substitute(kernel: Kernel, others: ReadonlyMap<string, Expr>): Kernel {
  const replace = (expr: Expr): Expr | undefined =>
    expr.kind === 'reduce' || (expr.kind === 'binary' && expr.a.kind === 'reduce')
      ? others.get(exprKey(expr))
      : undefined;
  const rewriting = { axes: new Map<number, Index>(), extents: extentsOf(kernel), replace };
  const memo = new Map<Expr, Expr>();
  const outputs = kernel.outputs.map((output) => ({ ...output, value: rewrite(output.value, rewriting, memo) }));
  const reduced = new Set(outputs.flatMap(({ value }) => reducesOf(value).flatMap(({ axes }) => axes)));
  return { ...kernel, outputs, reductionAxes: kernel.reductionAxes.filter(({ id }) => reduced.has(id)) };
}
