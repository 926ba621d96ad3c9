// Everything that can be checked between two stages of a compilation.

import { verifyGraph } from '@netwright/ir';
import type { Verification } from '../compile-kernels.ts';
import { verifyProgram } from './verify-program.ts';

/** The option `verify` of `compileKernels`, for tests and for authors of passes. */
export const verification: Verification = { graph: verifyGraph, program: verifyProgram };
