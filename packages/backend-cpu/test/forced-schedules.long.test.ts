// The conformance suite with each algorithm for windows forced, on one thread and on three.

import { testBackend } from '@netwright/testing';

import { scheduledCpu } from '../src/cpu.ts';

for (const windows of ['direct', '2x2', '2x4', '4x4'] as const)
  for (const threads of [1, 3])
    testBackend(`cpu, windows ${windows}, ${String(threads)} threads`, () =>
      scheduledCpu({ target: 'wasm', threads, precision: 'fast' }, { windows }),
    );
