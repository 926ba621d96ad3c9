// Stores and executables for kernel programs that no graph stands behind.

import type { CompileReport, Executable, KernelProgram, PlannedProgram } from '@netwright/compiler';

import { storedBytes } from '../src/generate/lowered.ts';
import { CpuStore } from '../src/runtime/cpu-store.ts';
import { createExecutable } from '../src/runtime/executable.ts';
import type { Patience } from '../src/generate/barrier.ts';
import { spawnWorker, type WorkerHandle } from '../src/runtime/spawn-worker.ts';
import { WasmEngine } from '../src/runtime/wasm-engine.ts';
import type { Engine } from '../src/runtime/engine.ts';
import { cpuPasses } from '../src/schedule/passes.ts';

/** Every buffer has memory of its own. */
export function planWithoutReuse(program: KernelProgram, prepareCount = 0): PlannedProgram {
  let next = 0;
  const offsets = program.buffers.map(({ role, storage, dtype }) => {
    if (role.kind === 'persistent' || role.kind === 'constant') return -1;
    const offset = next;
    next += Math.ceil((storage.size * storedBytes[dtype]) / 64) * 64;
    return offset;
  });
  return {
    program,
    prepareCount,
    plan: { offsets, arenaBytes: next, alignment: 64, peakBytes: next, lastUses: program.kernels.map(() => []) },
  };
}

export function schedule(program: KernelProgram): KernelProgram {
  return cpuPasses.reduce((current, pass) => pass.run(current), program);
}

const report: CompileReport = {
  backend: 'cpu',
  target: 'test',
  kernels: [],
  parameters: 0,
  persistentBytes: 0,
  arenaBytes: 0,
  peakBytes: 0,
  macs: 0,
  compileMilliseconds: 0,
};

export interface Harness {
  readonly engine: Engine;
  readonly workers: readonly WorkerHandle[];
  readonly store: CpuStore;
  load(program: KernelProgram, prepareCount?: number): Promise<Executable>;
  dispose(): void;
}

/** An engine whose workers the test can end. */
export function makeHarness(threads: number, patience?: Patience): Harness {
  const workers: WorkerHandle[] = [];
  const spawn = (events: Parameters<typeof spawnWorker>[0]): WorkerHandle => {
    const worker = spawnWorker(events);
    workers.push(worker);
    return worker;
  };
  return harnessOf(new WasmEngine(threads, patience === undefined ? { spawn } : { spawn, patience }), workers);
}

export function harnessOf(engine: Engine, workers: readonly WorkerHandle[] = []): Harness {
  const store = new CpuStore(1, engine);
  let id = 0;
  return {
    engine,
    workers,
    store,
    load: async (program, prepareCount = 0) => {
      await store.declare(
        program.buffers.flatMap(({ role, dtype, shape }) =>
          role.kind === 'persistent' ? [{ name: role.name, type: { dtype, shape } }] : [],
        ),
      );
      id += 1;
      return createExecutable({
        planned: planWithoutReuse(program, prepareCount),
        store,
        engine,
        id,
        report: () => report,
      });
    },
    dispose: () => engine.dispose(),
  };
}
