// Vectors of every length; those that the CPU does not have are compiled to several shorter ones, which takes long.

import { testKernels } from './native/kernel-cases.ts';

testKernels([4, 8, 16]);
