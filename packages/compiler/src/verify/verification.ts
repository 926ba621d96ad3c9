// Everything that can be checked between two stages of a compilation.

import { verifyGraph, type Graph } from '@netwright/ir';
import type { KernelProgram } from '../kernels/kernel.ts';
import { verifyProgram } from './verify-program.ts';

/** Checks that throw. */
export interface Verification {
  readonly graph: (graph: Graph) => void;
  readonly program: (program: KernelProgram) => void;
}

/** The option `verify` of `compileKernels`, for tests and for authors of passes. */
export const verification: Verification = { graph: verifyGraph, program: verifyProgram };
