// Kernel functions as the bytes of one WebAssembly module.

import type { BufferDecl, Kernel, KernelProgram } from '@netwright/compiler';

import { FunctionBuilder } from '../wasm/function-builder.ts';
import { ModuleBuilder } from '../wasm/module-builder.ts';
import { collapseAxes } from './collapse-axes.ts';
import { emitKernel, parameterTypes, sharedCount } from './emit-kernel.ts';
import { lowerKernel } from './lower-kernel.ts';
import type { LoweredKernel } from './lowered.ts';
import { matchKernels, matchKey } from './match-kernels.ts';
import { planTiles } from './plan-tiles.ts';
import type { TilePlan, TileTuning } from './tile-plan.ts';
import { vectorizeGuards } from './vectorize-guards.ts';

export interface PreparedKernel {
  readonly name: string;
  /** Equal for kernels that differ only in their buffers' addresses. */
  readonly signature: string;
  readonly lowered: LoweredKernel;
  readonly plan: TilePlan;
  /** Iterations that threads share. */
  readonly iterations: number;
}

export interface MemoryLimits {
  readonly maximumPages: number;
  readonly shared: boolean;
}

/** Kernels of one program; those that differ only in their buffers are planned once. */
export function prepareKernels({ kernels, buffers }: KernelProgram, tuning?: TileTuning): readonly PreparedKernel[] {
  const known = new Map<string, { readonly kernel: Kernel; readonly prepared: PreparedKernel }[]>();
  return kernels.map((kernel) => {
    const key = matchKey(kernel);
    const alike = known.get(key) ?? [];
    known.set(key, alike);
    for (const { kernel: other, prepared } of alike) {
      const found = matchKernels(other, kernel, buffers);
      if (found !== undefined) return inPlaceOf(prepared, kernel.name, found);
    }
    const prepared = prepareKernel(kernel, buffers, tuning);
    alike.push({ kernel, prepared });
    return prepared;
  });
}

function prepareKernel(kernel: Kernel, buffers: readonly BufferDecl[], tuning?: TileTuning): PreparedKernel {
  const { lowered, signature } = lowerKernel(kernel, buffers);
  collapseAxes(lowered);
  const plan = planTiles(lowered, tuning);
  const vectorized = plan.lane === undefined ? lowered : vectorizeGuards(lowered, plan.lane);
  return { name: kernel.name, signature, lowered: vectorized, plan, iterations: sharedCount(plan) };
}

/** The kernel of that name that is `prepared` with other buffers. */
function inPlaceOf(prepared: PreparedKernel, name: string, found: ReadonlyMap<number, number>): PreparedKernel {
  const buffers = prepared.lowered.buffers.map((buffer) => found.get(buffer) ?? buffer);
  return { ...prepared, name, lowered: { ...prepared.lowered, name, buffers } };
}

/** Exports each kernel under its position, `k0`, `k1`, ...; imports `env.memory` and three functions of `math`. */
export function buildKernelModule(
  kernels: readonly PreparedKernel[],
  { maximumPages, shared }: MemoryLimits,
): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder({ module: 'env', name: 'memory', minimum: 1, maximum: maximumPages, shared });
  const unary = { params: ['f64'], results: ['f64'] } as const;
  const imports = {
    sin: module.importFunction('math', 'sin', unary),
    cos: module.importFunction('math', 'cos', unary),
    pow: module.importFunction('math', 'pow', { params: ['f64', 'f64'], results: ['f64'] }),
  };
  kernels.forEach(({ lowered, plan }, i) => {
    const fb = new FunctionBuilder({ params: parameterTypes(lowered), results: [] });
    emitKernel(fb, lowered, plan, imports);
    module.addFunction(fb, `k${i}`);
  });
  return module.finish();
}
