// The one place that talks to gpu.js: kernels by source, memory, and what really ran.

import { NetwrightError } from '@netwright/ir';
import type { EmittedKernel } from '../emit/emit-kernel.ts';
import type { Argument, DeviceHandle, Gpu, GpuKernel, GpuModule, Result } from './gpu-module.ts';
import type { ResolvedMode } from './resolve-mode.ts';

/** Flat f32 memory that kernels read. */
export type Handle = Float32Array | DeviceHandle;

/** What the first call took, in milliseconds: gpu.js builds what it runs then. */
interface Built {
  firstCall: number | undefined;
}

export interface DeviceKernel extends Readonly<Built> {
  readonly source: string;
  readonly run: GpuKernel;
}

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
  /** Whether many kernels are one call, which runs on several threads where there is work for them. */
  readonly isRecording: boolean;
  /** Whether results stay in memory of a device. */
  readonly isRemote: boolean;
  private readonly gpu: Gpu;
  private readonly cache = new Map<string, DeviceKernel & Built>();
  private handles = 0;
  private isDisposed = false;
  private turn: Promise<unknown> = Promise.resolve();

  constructor({ GPU }: GpuModule, resolved: ResolvedMode) {
    this.resolved = resolved;
    this.isRecording = resolved.mode === 'webasm';
    this.isRemote = ['webgl2', 'webgpu'].includes(resolved.mode);
    this.gpu = new GPU({ mode: resolved.mode });
  }

  /** Handles that are not freed, and kernels in the cache. */
  usage(): { readonly handles: number; readonly kernels: number } {
    return { handles: this.handles, kernels: this.cache.size };
  }

  /** Runs a job when those before it have ended. */
  exclusive<T>(job: () => Promise<T>): Promise<T> {
    const result = this.turn.then(job);
    this.turn = result.catch(() => undefined);
    return result;
  }

  /**
   * The kernel with this source for arrays of these sizes, which lives as long as the device: kernels of WebGL share state that goes with the first one destroyed. The second result
   * says whether it is new.
   */
  kernel(
    { source, output }: Pick<EmittedKernel, 'source' | 'output'>,
    sizes: readonly number[],
  ): { readonly kernel: DeviceKernel; readonly isNew: boolean } {
    const key = `${output.join('x')} (${sizes.join(', ')}) ${source}`;
    const known = this.cache.get(key);
    if (known !== undefined) return { kernel: known, isNew: false };
    const run = this.gpu.createKernel(source, {
      output,
      precision: 'single',
      tactic: 'precision',
      pipeline: true,
      immutable: true,
      loopMaxIterations: MOST_STEPS,
    });
    const kernel = { source, run, firstCall: undefined };
    this.cache.set(key, kernel);
    return { kernel, isNew: true };
  }

  async run(kernel: DeviceKernel, values: readonly Argument[]): Promise<Handle> {
    const result = await this.timed(kernel, async () => kernel.run(...values));
    this.checkKernel(kernel);
    this.handles++;
    return flatten(result);
  }

  /** `program` calls kernels alone; it sees stand-ins for the values that each call of the recording gets. */
  record(inputs: number, program: (values: readonly Handle[]) => readonly Handle[]): Recording {
    const orchestrate = (...values: readonly Argument[]): readonly Handle[] => program(values as readonly Handle[]);
    const run = this.gpu.createPipeline(Object.defineProperty(orchestrate, 'length', { value: inputs }));
    const recording: Recording & Built = {
      firstCall: undefined,
      call: async (values) => {
        const results = await this.timed(recording, () => run(...values));
        const isFused = run.executorKind !== 'generic';
        this.check(isFused ? 'webasm' : 'webasm, one by one', isFused ? null : run.fallbackReason);
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
    const { kernel } = this.kernel({ source: COPY, output: [data.length] }, [data.length]);
    return this.run(kernel, [data]);
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
    this.isDisposed = true;
    this.cache.clear();
    await this.gpu.destroy();
  }

  private async timed<T>(built: Built, job: () => Promise<T>): Promise<T> {
    if (this.isDisposed) throw disposed('run');
    const started = performance.now();
    const result = await job();
    built.firstCall ??= performance.now() - started;
    return result;
  }

  private checkKernel({ run, source }: DeviceKernel): void {
    const { constructor, fallbackReason } = run.kernel;
    // The kernels of WebGL call their mode `gpu`, those of the mode cpu do not name it.
    const named = constructor.mode ?? 'cpu';
    this.check(named === 'gpu' ? 'webgl2' : named, fallbackReason, source);
  }

  private check(mode: string, reason: string | null | undefined, source?: string): void {
    if (mode === this.resolved.mode && !reason) return;
    throw new NetwrightError({
      code: 'gpujs.fallback',
      operation: 'run',
      expected: `kernels in the mode ${this.resolved.mode}`,
      received: mode,
      reasons: [reason ?? 'gpu.js gave no reason', ...(source === undefined ? [] : [source])],
    });
  }
}

/** Rows that gpu.js cut out of one array are that array. */
function flatten(result: Result): Handle {
  if (!isNested(result)) return result;
  return new Float32Array((flatten(result[0]) as Float32Array).buffer as ArrayBuffer);
}

function isNested(result: Result): result is readonly Result[] {
  return Array.isArray(result);
}

export function disposed(operation: string, what: 'gpujs' | 'store' | 'executable' = 'gpujs'): NetwrightError {
  return new NetwrightError({
    code: `${what}.disposed`,
    operation,
    expected: 'something in use',
    received: 'what has been disposed of',
  });
}
