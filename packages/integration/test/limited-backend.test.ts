// The compiler's passes for small GPUs, and its memory plans, against the reference: the conformance suite on the interpreter.

import { interpreterBackend, limitedBackend } from '@netwright/compiler/interpreter';
import { testBackend } from '@netwright/testing';

testBackend('kernels within the limits of small GPUs', () => limitedBackend());
testBackend('kernels in one arena', () => interpreterBackend({ precision: 'f32' }));
