import { testExpressions } from './expression-cases.ts';
import { loadProgram } from './run-kernels.ts';

testExpressions(loadProgram);
