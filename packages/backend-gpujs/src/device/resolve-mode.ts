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
  const missing: string[] = [];
  for (const mode of wanted === 'auto' ? (['webgpu', 'webgl2', 'webasm', 'cpu'] as const) : [wanted]) {
    const reason = missing.length === 0 ? 'the first choice' : `there is no ${missing.join(' and no ')}`;
    if (await isAvailable[mode]()) return { mode, reason: wanted === 'auto' ? reason : 'as asked for' };
    missing.push(mode);
  }
  throw new NetwrightError({
    code: 'gpujs.mode',
    operation: 'gpujs',
    expected: 'a mode that runs here',
    received: wanted,
    hint: wanted.startsWith('webg') ? 'it needs a browser with a GPU; webasm runs everywhere' : 'use another mode',
  });
}
