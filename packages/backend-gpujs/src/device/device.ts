// The one place that talks to gpu.js: kernels by source, memory, and what really ran.

import { NetwrightError } from '@netwright/ir';
import type { Argument, DeviceHandle, Gpu, GpuKernel, GpuModule, GpuPipeline, Result } from './gpu-module.ts';
import type { ResolvedMode } from './resolve-mode.ts';

/** Flat f32 memory that kernels read. */
export type Handle = Float32Array | DeviceHandle;

export interface KernelRequest {
  readonly source: string;
  readonly output: readonly number[];
  /** Elements of the arrays. */
  readonly sizes: readonly number[];
}

/** What the first call took, in which gpu.js builds what it runs. */
interface Built {
  firstCall: number | undefined;
}

interface CachedKernel extends Built {
  readonly key: string;
  readonly run: GpuKernel;
  /** Programs that use it. */
  users: number;
}

export type DeviceKernel = Readonly<Pick<CachedKernel, 'key' | 'firstCall'>>;

/** Kernels that were recorded as one call. */
export interface Recording extends Readonly<Built> {
  call(values: readonly Handle[]): Promise<readonly Handle[]>;
  dispose(): Promise<void>;
}

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

  /** Whether many kernels are one call, which runs on several threads where there is work for them. */
  get isRecording(): boolean {
    return this.resolved.mode === 'webasm';
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

  async run(kernel: DeviceKernel, values: readonly Argument[]): Promise<Handle> {
    return this.call(this.find(kernel), values);
  }

  /** Runs a kernel while a call is recorded: the result stands for what the recording will compute. */
  trace(kernel: DeviceKernel, values: readonly Argument[]): Handle {
    return this.find(kernel).run(...values) as Handle;
  }

  /** `program` calls {@link trace} alone; it sees stand-ins for the values that each call of the recording gets. */
  record(inputs: number, program: (values: readonly Handle[]) => readonly Handle[]): Recording {
    const orchestrate = (...values: readonly Argument[]): readonly Handle[] => program(values as readonly Handle[]);
    const run = this.gpu.createPipeline(Object.defineProperty(orchestrate, 'length', { value: inputs }));
    const recording: Recording & Built = {
      firstCall: undefined,
      call: async (values) => {
        const results = await timed(recording, () => run(...values));
        this.checkFused(run);
        this.handles += results.length;
        return results.map(flatten);
      },
      dispose: () => run.destroy(),
    };
    return recording;
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
    return { key, run, users: 1, firstCall: undefined };
  }

  private find({ key }: DeviceKernel): CachedKernel {
    const cached = this.cache.get(key);
    if (cached === undefined) throw disposed('run');
    return cached;
  }

  private async call(cached: CachedKernel, values: readonly Argument[]): Promise<Handle> {
    const isNew = cached.firstCall === undefined;
    const result = await timed(cached, async () => cached.run(...values));
    if (isNew) this.checkMode(cached);
    this.handles++;
    return flatten(result);
  }

  private checkMode({ run, key }: CachedKernel): void {
    const { constructor, fallbackReason } = run.kernel;
    // The kernels of WebGL call their mode `gpu`, those of the mode cpu do not name it.
    const named = constructor.mode ?? 'cpu';
    const mode = named === 'gpu' ? 'webgl2' : named;
    if (mode !== this.resolved.mode || fallbackReason)
      throw this.fallback(`one in the mode ${mode}`, fallbackReason, [key]);
  }

  private checkFused({ executorKind, fallbackReason }: GpuPipeline): void {
    if (executorKind === 'generic') throw this.fallback('kernels that were not put together', fallbackReason, []);
  }

  private fallback(received: string, reason: string | null | undefined, details: readonly string[]): NetwrightError {
    return new NetwrightError({
      code: 'gpujs.fallback',
      operation: 'run',
      expected: `kernels in the mode ${this.resolved.mode}`,
      received,
      reasons: [reason ?? 'gpu.js gave no reason', ...details],
    });
  }
}

async function timed<T>(built: Built, job: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await job();
  built.firstCall ??= performance.now() - started;
  return result;
}

/** Rows that gpu.js cut out of one array are that array. */
function flatten(result: Result): Handle {
  if (!isNested(result)) return result;
  let first: Result = result;
  while (isNested(first)) [first] = first;
  return new Float32Array((first as Float32Array).buffer as ArrayBuffer);
}

function isNested(result: Result): result is readonly Result[] {
  return Array.isArray(result);
}

export function disposed(operation: string): NetwrightError {
  return new NetwrightError({
    code: 'gpujs.disposed',
    operation,
    expected: 'a backend in use',
    received: 'one that has been disposed of',
  });
}
