// The part of gpu.js that is used, with types that fit what it does.

import { NetwrightError } from '@netwright/ir';

/** What a kernel returns: elements, rows of elements, or a handle to memory of the device. */
export type Result = Float32Array | readonly Float32Array[] | DeviceHandle;

/** Memory of the device. */
export interface DeviceHandle {
  toArray(): Float32Array | Promise<Float32Array>;
  delete(): void;
}

export type Argument = Float32Array | DeviceHandle | number;

export interface GpuKernel {
  (...values: readonly Argument[]): Result | Promise<Result>;
  build(...values: readonly Argument[]): unknown;
  destroy(): void;
  readonly kernel: {
    readonly constructor: { readonly mode?: string };
    readonly fallbackReason?: string | null;
  };
}

export interface KernelSettings {
  readonly output: readonly number[];
  readonly precision: 'single';
  readonly tactic: 'precision';
  readonly pipeline: boolean;
  readonly immutable: boolean;
  readonly loopMaxIterations: number;
}

export interface Gpu {
  createKernel(source: string, settings: KernelSettings): GpuKernel;
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
