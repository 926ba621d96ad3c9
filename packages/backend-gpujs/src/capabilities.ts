// What kernels in the language of gpu.js can do.

import type { KernelCapabilities } from '@netwright/compiler';

/**
 * One output and seven arrays are what WebGPU's default limits leave; positions are counted in single precision; one driver stops loops silently after
 * 65,535 steps in all. Integers of 32 bits are computed in halves.
 */
export const gpujsCapabilities: KernelCapabilities = {
  maxOutputs: 1,
  maxBuffers: 8,
  maxIterations: 16_384,
  maxIndex: 2 ** 24,
  integerArithmetic: true,
  inPlace: false,
  memory: 'handles',
};
