// What a kernel takes of each limited resource.

import { buffersRead } from '../kernels/contents.ts';
import type { BufferDecl, Kernel } from '../kernels/kernel.ts';
import { reductionSteps } from './reduction-steps.ts';

export interface KernelDemand {
  readonly outputs: number;
  /** Buffers read, plus outputs. */
  readonly buffersUsed: number;
  /** Steps of all reductions for one output element. */
  readonly iterations: number;
  /** Positions in the largest buffer. */
  readonly positions: number;
}

export function kernelDemand(kernel: Kernel, buffers: readonly BufferDecl[]): KernelDemand {
  const read = buffersRead(kernel);
  const touched = new Set([...read, ...kernel.outputs.map(({ buffer }) => buffer)]);
  return {
    outputs: kernel.outputs.length,
    buffersUsed: read.size + kernel.outputs.length,
    iterations: reductionSteps(kernel),
    positions: [...touched].reduce((most, buffer) => Math.max(most, buffers[buffer].storage.size), 0),
  };
}
