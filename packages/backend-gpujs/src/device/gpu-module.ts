// The part of gpu.js that is used, with types that fit what it does.

import { NetwrightError } from '@netwright/ir';

/** What a kernel returns: elements, nested rows that are cut out of one array of elements, or a handle to memory of the device. */
export type Result = Float32Array | readonly Result[] | DeviceHandle;

/** Memory of the device. */
export interface DeviceHandle {
  toArray(): Float32Array | Promise<Float32Array>;
  delete(): void;
}

export type Argument = Float32Array | DeviceHandle | number;

export interface GpuKernel {
  (...values: readonly Argument[]): Result | Promise<Result>;
  destroy(): void;
  readonly kernel: {
    readonly constructor: { readonly mode?: string };
    readonly fallbackReason?: string | null;
  };
}

/** Kernels in one call; results in the order in which the recorded function returned them. */
export interface GpuPipeline {
  (...values: readonly Argument[]): Promise<readonly Result[]>;
  destroy(): Promise<void>;
  /** `fused-sync`, `fused-threaded`, or `generic` for kernels that were not put together after all. */
  readonly executorKind: string;
  readonly fallbackReason: string | null;
}

export interface Gpu {
  createKernel(source: string, settings: Readonly<Record<string, unknown>>): GpuKernel;
  /** Calls `record` once, with as many stand-ins for arguments as its property `length` says. */
  createPipeline(record: (...values: readonly Argument[]) => readonly unknown[]): GpuPipeline;
  destroy(): Promise<void>;
}

export interface GpuModule {
  readonly GPU: {
    new (settings: { readonly mode: string }): Gpu;
    readonly isWebAssemblySupported: boolean;
    readonly isWebGL2Supported: boolean;
    isWebGPUAvailable(): Promise<boolean>;
  };
}

/** @throws NetwrightError `gpujs.missing` where gpu.js is not installed. */
export async function importGpu(): Promise<GpuModule> {
  try {
    const loaded: unknown = await import('gpu.js');
    const found = loaded as GpuModule & { readonly default?: GpuModule };
    return 'GPU' in found ? found : (found as { readonly default: GpuModule }).default;
  } catch (cause) {
    throw new NetwrightError({
      code: 'gpujs.missing',
      operation: 'gpujs',
      expected: 'the package gpu.js, version 2.24.1',
      received: cause instanceof Error ? cause.message : String(cause),
      hint: 'install it with: npm install --omit=optional gpu.js@2.24.1',
      cause,
    });
  }
}
