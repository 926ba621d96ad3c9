import { missing } from './native/available.ts';
import { usableCompiler } from './native/harness.ts';
import { testKernels } from './native/kernel-cases.ts';

testKernels([missing === undefined ? usableCompiler().lanes : 4]);
