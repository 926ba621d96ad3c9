// How much a kernel computes and moves, for profiles.

import { childrenOf } from './expression.ts';
import { canonicalBytes, STORED_BYTES } from './buffer-bytes.ts';
import type { BufferDecl, Expr, Kernel } from './kernel.ts';

/** The work of one run of a kernel, from which profiles make FLOP/s and bytes per second. */
export interface KernelWork {
  /** Additions, multiplications and other operations on f32, one for each, in all iterations; a shared subexpression counts once. */
  readonly flops: number;
  /** Bytes of the elements read and written, each counted once. */
  readonly bytes: number;
}

/** Counts the work of a kernel as it is written: what a schedule repeats, or reads again, does not count again. */
export function kernelWork(kernel: Kernel, buffers: readonly BufferDecl[]): KernelWork {
  const extents = new Map([...kernel.axes, ...kernel.reductionAxes].map(({ id, extent }) => [id, extent]));
  const iterations = kernel.axes.reduce((product, { extent }) => product * extent, 1);
  const read = new Map<number, number>();
  let flops = 0;
  const count = (values: readonly Expr[], times: number): void => {
    const seen = new Set<Expr>();
    const visit = (expr: Expr): void => {
      if (seen.has(expr)) return;
      seen.add(expr);
      if (expr.kind === 'reduce') {
        const steps = expr.axes.reduce((product, axis) => product * (extents.get(axis) ?? 1), 1);
        if (expr.dtype === 'f32') flops += times * steps;
        count([expr.body], times * steps);
        return;
      }
      if (expr.kind === 'load') read.set(expr.buffer, (read.get(expr.buffer) ?? 0) + times);
      if ((expr.kind === 'unary' || expr.kind === 'binary') && expr.dtype === 'f32') flops += times;
      childrenOf(expr).forEach(visit);
    };
    values.forEach(visit);
  };
  count(
    kernel.outputs.map(({ value }) => value),
    iterations,
  );
  const reads = [...read].map(([id, loads]) =>
    Math.min(loads * STORED_BYTES[buffers[id].dtype], canonicalBytes(buffers[id])),
  );
  const writes = kernel.outputs.map(({ buffer }) => iterations * STORED_BYTES[buffers[buffer].dtype]);
  return { flops, bytes: [...reads, ...writes].reduce((sum, bytes) => sum + bytes, 0) };
}
