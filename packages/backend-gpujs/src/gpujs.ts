// The backend that renders kernels as functions of gpu.js.

import {
  compileKernels,
  reportOf,
  type Backend,
  type BufferDecl,
  type CompileReport,
  type Executable,
  type LoadOptions,
  type Store,
} from '@netwright/compiler';
import { limitedCapabilities } from '@netwright/compiler/interpreter';
import { NetwrightError, type Graph } from '@netwright/ir';
import { Device, disposed } from './device/device.ts';
import { importGpu } from './device/gpu-module.ts';
import { GPU_MODES, resolveMode, type GpuJsMode, type ResolvedMode } from './device/resolve-mode.ts';
import type { Step } from './device/stage.ts';
import { KernelEmitter, sizeOf } from './emit/emit-kernel.ts';
import { GpuJsExecutable } from './runtime/executable.ts';
import { GpuJsStore } from './runtime/gpujs-store.ts';

/** Where kernels run. */
export interface GpuJsOptions {
  /** Where kernels run; `auto` takes `webgpu`, then `webgl2`, then `webasm`, whichever is there first. Default `auto`. */
  readonly mode?: 'auto' | GpuJsMode;
}

/** Counts of what lives on the device now. */
export type GpuJsUsage = ReturnType<Device['usage']>;

/** A {@link Backend} that can say what it holds on the device. */
export interface GpuJsBackend extends Backend {
  /** What is held on the device, for those who watch memory. */
  usage(): GpuJsUsage;
}

/**
 * Runs programs with gpu.js: WebGPU or WebGL 2 in a browser, WebAssembly in Node. `target` names the mode and, once something has been compiled, the one
 * that really runs and why.
 *
 * Throws `gpujs.mode` for an unknown mode; what it makes throws `gpujs.missing` where gpu.js is not installed, `gpujs.mode` for a mode that does not run here,
 * `gpujs.fallback` where gpu.js leaves the mode, and `gpujs.index` for integers with too many elements.
 */
export function gpujs({ mode = 'auto' }: GpuJsOptions = {}): GpuJsBackend {
  if (mode !== 'auto' && !GPU_MODES.includes(mode)) {
    throw new NetwrightError({
      code: 'gpujs.mode',
      operation: 'gpujs',
      expected: `one of auto, ${GPU_MODES.join(', ')}`,
      received: JSON.stringify(mode),
    });
  }
  let opened: Promise<Device> | undefined;
  let device: Device | undefined;
  let isDisposed = false;
  const stores = new WeakMap<Store, GpuJsStore>();

  const open = async (): Promise<Device> => {
    if (isDisposed) throw disposed('gpujs');
    opened ??= (async () => {
      const module = await importGpu();
      device = new Device(module, await resolveMode(module, mode));
      return device;
    })();
    return opened;
  };
  const targetOf = (): string => {
    const real = device?.resolved.mode;
    return real !== undefined && mode === 'auto' ? `${real}:auto` : mode;
  };

  return {
    name: 'gpujs',
    get target() {
      return targetOf();
    },
    capabilities: { precision: 'f32', threads: 1, unsupported: [], calls: true },
    usage: () => device?.usage() ?? { handles: 0, kernels: 0 },
    createStore: async () => {
      const store = new GpuJsStore(await open());
      stores.set(store, store);
      return store;
    },
    load: async (graph, store, options) => {
      const running = await open();
      const own = stores.get(store);
      if (own !== undefined) return load(running, graph, own, options, targetOf());
      throw new NetwrightError({
        code: 'gpujs.store',
        operation: 'load',
        expected: 'a store made by this backend',
        received: `one of backend ${store.backend}`,
      });
    },
    dispose: async () => {
      isDisposed = true;
      await (await opened)?.dispose();
    },
  };
}

async function load(
  device: Device,
  graph: Graph,
  store: GpuJsStore,
  { dims, maxMemory }: LoadOptions,
  target: string,
): Promise<Executable> {
  const started = performance.now();
  const isHost = !device.isRemote;
  const planned = compileKernels(graph, {
    dims,
    maxMemory,
    capabilities: { ...limitedCapabilities, costlyGuards: isHost },
  });
  const { buffers, kernels } = planned.program;
  checkWords(buffers);
  const emitter = new KernelEmitter(planned.program, { isHost, rows: device.isRecording });
  const steps = kernels.map((kernel): Step => {
    const before = performance.now();
    const emitted = emitter.emit(kernel);
    // Targets bake the sizes of arguments into a kernel, so kernels of other sizes are others.
    const sizes = emitted.reads.map((id) => sizeOf(buffers[id].shape) * (emitter.isWord(id) ? 2 : 1));
    const { kernel: made, isNew } = device.kernel(emitted, sizes);
    return { ...emitted, kernel: made, cost: isNew ? performance.now() - before : undefined };
  });
  const compiled = performance.now() - started;
  const report = (firstCalls: number): CompileReport =>
    reportOf(graph, planned, {
      backend: 'gpujs',
      target,
      dims,
      schedules: steps.map((step) => scheduleOf(step, device.resolved, firstCalls)),
      compileMilliseconds: steps.reduce((sum, { kernel }) => sum + (kernel.firstCall ?? 0), compiled + firstCalls),
    });
  return new GpuJsExecutable({ planned, steps, isWord: (id) => emitter.isWord(id), store, device, report });
}

/** Where a kernel runs and why, its threads, and what it cost: gpu.js builds what it runs at the first call. */
function scheduleOf({ kernel, output, cost }: Step, { mode, reason }: ResolvedMode, all: number): string {
  const made = cost === undefined ? 'from the cache' : `made in ${cost.toFixed(1)} ms`;
  const calls = Object.entries({ 'first call': kernel.firstCall ?? 0, 'first call of all kernels': all });
  const built = calls.flatMap(([what, took]) => (took > 0 ? [`${what} in ${took.toFixed(1)} ms`] : []));
  return [`${mode} (${reason})`, `${output.join(' x ')} threads`, made, ...built].join(', ');
}

function checkWords(buffers: readonly BufferDecl[]): void {
  const most = limitedCapabilities.maxIndex / 2;
  const large = buffers.filter(({ dtype, shape }) => dtype === 'i32' && sizeOf(shape) > most);
  if (large.length === 0) return;
  throw new NetwrightError({
    code: 'gpujs.index',
    operation: 'load',
    expected: `i32 tensors of at most ${String(most)} elements`,
    reasons: large.map(({ shape }) => `one has the shape [${shape.join(', ')}]`),
    hint: 'use a smaller batch',
  });
}
