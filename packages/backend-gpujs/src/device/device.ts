// The one place that talks to gpu.js: kernels by source, memory, and what really ran.

import { NetwrightError } from '@netwright/ir';
import type { Argument, DeviceHandle, Gpu, GpuKernel, GpuModule, Result } from './gpu-module.ts';
import type { ResolvedMode } from './resolve-mode.ts';

/** Flat f32 memory that kernels read. */
export type Handle = Float32Array | DeviceHandle;

export interface KernelRequest {
  readonly source: string;
  readonly output: readonly number[];
  /** Elements of the arrays. */
  readonly sizes: readonly number[];
}

interface CachedKernel {
  readonly key: string;
  readonly run: GpuKernel;
  /** Programs that use it. */
  users: number;
  built: boolean;
}

export type DeviceKernel = Pick<CachedKernel, 'key'>;

/** Largest number of steps of a loop; all loops have constant bounds, so that nothing is cut off. */
const MOST_STEPS = 65_535;
const COPY = 'function (b0) {\n  return b0[this.thread.x];\n}';

export class Device {
  readonly resolved: ResolvedMode;
  private readonly gpu: Gpu;
  private readonly cache = new Map<string, CachedKernel>();
  private readonly uploads = new Map<number, CachedKernel>();
  private handles = 0;
  private turn: Promise<unknown> = Promise.resolve();

  constructor({ GPU }: GpuModule, resolved: ResolvedMode) {
    this.resolved = resolved;
    this.gpu = new GPU({ mode: resolved.mode });
  }

  /** Whether results stay in memory of a device. */
  get isRemote(): boolean {
    const { mode } = this.resolved;
    return mode === 'webgl2' || mode === 'webgpu';
  }

  /** Handles that are not freed. */
  get liveHandles(): number {
    return this.handles;
  }

  /** Kernels in the cache. */
  get liveKernels(): number {
    return this.cache.size;
  }

  /** Runs a job when those before it have ended. */
  exclusive<T>(job: () => Promise<T>): Promise<T> {
    const result = this.turn.then(job);
    this.turn = result.catch(() => undefined);
    return result;
  }

  /** A kernel for one more program, the same for the same source; the second result says whether it is new. */
  kernel(request: KernelRequest): { readonly kernel: DeviceKernel; readonly isNew: boolean } {
    const key = `${request.output.join('x')} (${request.sizes.join(', ')}) ${request.source}`;
    const known = this.cache.get(key);
    if (known !== undefined) {
      known.users++;
      return { kernel: known, isNew: false };
    }
    const kernel = this.create(key, request);
    this.cache.set(key, kernel);
    return { kernel, isNew: true };
  }

  /** One program less uses the kernel. */
  release({ key }: DeviceKernel): void {
    const known = this.cache.get(key);
    if (known === undefined || --known.users > 0) return;
    // WebGL kernels share state that goes with the first one destroyed: those of devices live as long as the device.
    if (this.isRemote) return;
    this.cache.delete(key);
    known.run.destroy();
  }

  async run({ key }: DeviceKernel, values: readonly Argument[]): Promise<Handle> {
    const cached = this.cache.get(key);
    if (cached === undefined) throw disposed('run');
    return this.call(cached, values);
  }

  async upload(data: Float32Array): Promise<Handle> {
    if (!this.isRemote) {
      this.handles++;
      return data;
    }
    const known =
      this.uploads.get(data.length) ??
      this.create('upload', { source: COPY, output: [data.length], sizes: [data.length] });
    this.uploads.set(data.length, known);
    return this.call(known, [data]);
  }

  /** The elements; they may be those of the handle itself. */
  async download(handle: Handle): Promise<Float32Array> {
    return handle instanceof Float32Array ? handle : handle.toArray();
  }

  free(handle: Handle): void {
    this.handles--;
    if (!(handle instanceof Float32Array)) handle.delete();
  }

  async dispose(): Promise<void> {
    this.cache.clear();
    this.uploads.clear();
    await this.gpu.destroy();
  }

  private create(key: string, { source, output }: KernelRequest): CachedKernel {
    const run = this.gpu.createKernel(source, {
      output,
      precision: 'single',
      tactic: 'precision',
      pipeline: true,
      immutable: true,
      loopMaxIterations: MOST_STEPS,
    });
    return { key, run, users: 1, built: false };
  }

  private async call(cached: CachedKernel, values: readonly Argument[]): Promise<Handle> {
    const result = flatten(await cached.run(...values));
    if (!cached.built) this.checkMode(cached);
    cached.built = true;
    this.handles++;
    return result;
  }

  /** @throws NetwrightError `gpujs.fallback` where gpu.js chose another mode on its own. */
  private checkMode({ run, key }: CachedKernel): void {
    const { constructor, fallbackReason } = run.kernel;
    // The kernels of WebGL call their mode `gpu`, those of the mode cpu do not name it.
    const named = constructor.mode ?? 'cpu';
    const mode = named === 'gpu' ? 'webgl2' : named;
    const reason = fallbackReason ?? '';
    if (mode === this.resolved.mode && reason === '') return;
    throw new NetwrightError({
      code: 'gpujs.fallback',
      operation: 'run',
      expected: `a kernel in the mode ${this.resolved.mode}`,
      received: `one in the mode ${mode}`,
      reasons: [reason === '' ? 'gpu.js gave no reason' : reason, key],
    });
  }
}

/** Rows that gpu.js cut out of one array are that array. */
function flatten(result: Result): Handle {
  if (!Array.isArray(result)) return result as Handle;
  const rows = result as readonly Float32Array[];
  const [first] = rows;
  return new Float32Array(first.buffer as ArrayBuffer, first.byteOffset, rows.length * first.length);
}

export function disposed(operation: string): NetwrightError {
  return new NetwrightError({
    code: 'gpujs.disposed',
    operation,
    expected: 'a backend in use',
    received: 'one that has been disposed of',
  });
}
