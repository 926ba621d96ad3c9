// Compiles what a store does not have yet, on the calling thread and on the workers.

import { buildDriver, type DriverEntry } from '../generate/driver.ts';
import { buildKernelModule, type PreparedKernel } from '../generate/kernel-module.ts';
import type { CpuStore, KernelFunction } from './cpu-store.ts';
import type { Entry, WorkerPool } from './worker-pool.ts';

export interface NamedKernels {
  /** The function of each kernel in the store. */
  readonly names: readonly string[];
  /** Those that have to be compiled. */
  readonly fresh: readonly { readonly name: string; readonly kernel: PreparedKernel }[];
}

/** Gives equal kernels one name; those of earlier programs keep theirs. */
export function nameKernels(prepared: readonly PreparedKernel[], store: CpuStore, program: number): NamedKernels {
  const fresh = new Map<string, { readonly name: string; readonly kernel: PreparedKernel }>();
  const names = prepared.map((kernel) => {
    const known = store.names.get(kernel.signature) ?? fresh.get(kernel.signature)?.name;
    if (known !== undefined) return known;
    const name = `p${String(program)}k${String(fresh.size)}`;
    fresh.set(kernel.signature, { name, kernel });
    return name;
  });
  return { names, fresh: [...fresh.values()] };
}

export interface LoadKernelsOptions {
  readonly fresh: NamedKernels['fresh'];
  readonly entries: readonly DriverEntry[];
  readonly store: CpuStore;
  readonly pool: WorkerPool;
  readonly program: number;
}

/** The program's entries for the calling thread, in order. */
export async function loadKernels({
  fresh,
  entries,
  store,
  pool,
  program,
}: LoadKernelsOptions): Promise<readonly Entry[]> {
  const { memory, maximumPages, shared } = store.heap;
  const limits = { maximumPages, shared };
  const bytes = buildKernelModule(
    fresh.map(({ kernel }) => kernel),
    limits,
  );
  const names = fresh.map(({ name }) => name);
  const kernels = fresh.length === 0 ? [] : [{ module: await WebAssembly.compile(bytes), names }];
  const driver = await WebAssembly.compile(buildDriver(entries, pool.threads, limits));
  const math = { sin: Math.sin, cos: Math.cos, pow: Math.pow };
  for (const { module } of kernels) {
    const { exports } = new WebAssembly.Instance(module, { env: { memory }, math });
    names.forEach((name, i) => {
      store.functions[name] = exports[`k${String(i)}`] as KernelFunction;
    });
  }
  const { exports } = new WebAssembly.Instance(driver, { env: { memory }, kernel: store.functions });
  await pool.load({ program, store: store.id, memory, kernels, driver, entries: entries.map(({ name }) => name) });
  for (const { kernel, name } of fresh) store.names.set(kernel.signature, name);
  return entries.map(({ name }) => exports[name] as Entry);
}
