// Replaces buffers in kernels.

import { rewrite, rewriteIndex, type Rewriting } from './expression.ts';
import { buffersOf } from './contents.ts';
import type { BufferDecl, Expr, Kernel, KernelProgram } from './kernel.ts';

/** `kernel` with other buffers in place of those that `renamed` names. */
export function renameBuffers(kernel: Kernel, renamed: ReadonlyMap<number, number>): Kernel {
  if (renamed.size === 0) return kernel;
  const reads = kernel.outputs.some(({ value }) => [...buffersOf(value)].some((buffer) => renamed.has(buffer)));
  const writes = kernel.outputs.some(({ buffer }) => renamed.has(buffer));
  if (!reads && !writes) return kernel;
  const outputs = kernel.outputs.map((output) => ({ ...output, buffer: renamed.get(output.buffer) ?? output.buffer }));
  if (!reads) return { ...kernel, outputs };
  const memo = new Map<Expr, Expr>();
  const rewriting: Rewriting = {
    axes: new Map(),
    extents: new Map([...kernel.axes, ...kernel.reductionAxes].map(({ id, extent }) => [id, extent])),
    replace: (expr) => {
      if (expr.kind !== 'load') return undefined;
      return {
        ...expr,
        buffer: renamed.get(expr.buffer) ?? expr.buffer,
        index: expr.index.map((index) => rewriteIndex(index, rewriting, memo)),
        guards: expr.guards.map((guard) => ({ ...guard, index: rewriteIndex(guard.index, rewriting, memo) })),
      };
    },
  };
  return {
    ...kernel,
    outputs: outputs.map((output) => ({ ...output, value: rewrite(output.value, rewriting, memo) })),
  };
}

/** Removes declarations that nothing uses, except inputs, and numbers the others anew. */
export function compactBuffers({ buffers, kernels }: KernelProgram): KernelProgram {
  const used = new Set<number>();
  for (const { outputs } of kernels) {
    for (const { buffer, value } of outputs) {
      used.add(buffer);
      for (const read of buffersOf(value)) used.add(read);
    }
  }
  const renamed = new Map<number, number>();
  const kept: BufferDecl[] = [];
  for (const decl of buffers) {
    const { kind } = decl.role;
    if (!used.has(decl.id) && kind !== 'input' && kind !== 'output') continue;
    if (decl.id !== kept.length) renamed.set(decl.id, kept.length);
    kept.push({ ...decl, id: kept.length });
  }
  return { buffers: kept, kernels: kernels.map((kernel) => renameBuffers(kernel, renamed)) };
}
