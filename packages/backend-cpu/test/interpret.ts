// Whole programs through the compiler's interpreter: what generated code is compared with.

import type { KernelProgram } from '@netwright/compiler';
import { allocate, readBuffer, runKernel, writeBuffer } from '@netwright/compiler/interpreter';

export type Contents = Float64Array[];

/** Runs all kernels over logical row-major contents in double precision, one array for each buffer. */
export function interpret(program: KernelProgram, contents: Contents): void {
  const { buffers, kernels } = program;
  const memory = allocate(program, 'f64');
  for (const buffer of buffers) writeBuffer(buffer, memory[buffer.id], contents[buffer.id]);
  for (const kernel of kernels) runKernel({ kernel, buffers, memory, precision: 'f64' });
  for (const buffer of buffers) contents[buffer.id] = readBuffer(buffer, memory[buffer.id]);
}
