// Which mode runs, and why.

import { NetwrightError } from '@netwright/ir';
import type { GpuModule } from './gpu-module.ts';

export type GpuJsMode = 'cpu' | 'webasm' | 'webgl2' | 'webgpu';

export const GPU_MODES: readonly GpuJsMode[] = ['cpu', 'webasm', 'webgl2', 'webgpu'];

export interface ResolvedMode {
  readonly mode: GpuJsMode;
  readonly reason: string;
}

/**
 * The mode that was asked for, or the best one that there is.
 *
 * @throws NetwrightError `gpujs.mode` for one that does not run here.
 */
export async function resolveMode({ GPU }: GpuModule, wanted: GpuJsMode | 'auto'): Promise<ResolvedMode> {
  const isAvailable: Readonly<Record<GpuJsMode, () => boolean | Promise<boolean>>> = {
    cpu: () => true,
    webasm: () => GPU.isWebAssemblySupported,
    webgl2: () => GPU.isWebGL2Supported,
    webgpu: () => GPU.isWebGPUAvailable(),
  };
  if (wanted !== 'auto') {
    if (await isAvailable[wanted]()) return { mode: wanted, reason: 'as asked for' };
    throw new NetwrightError({
      code: 'gpujs.mode',
      operation: 'gpujs',
      expected: 'a mode that runs here',
      received: wanted,
      hint: wanted.startsWith('webg') ? 'it needs a browser with a GPU; webasm runs everywhere' : 'use another mode',
    });
  }
  const missing: string[] = [];
  for (const mode of ['webgpu', 'webgl2', 'webasm'] as const) {
    if (await isAvailable[mode]()) {
      const reason = missing.length === 0 ? 'the first choice' : `there is no ${missing.join(' and no ')}`;
      return { mode, reason };
    }
    missing.push(mode);
  }
  return { mode: 'cpu', reason: `there is no ${missing.join(' and no ')}` };
}
