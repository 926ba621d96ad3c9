// The reference in single precision against itself in double precision, and in double precision through the compiler.

import { reference } from '@netwright/backend-reference';
import { testBackend } from '../src/index.ts';

testBackend('reference, f32', () => reference({ precision: 'f32' }));
testBackend('reference, f64', () => reference());
