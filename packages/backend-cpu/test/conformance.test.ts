import { testBackend } from '@netwright/testing';

import { cpu } from '../src/index.ts';

testBackend('cpu, 1 thread', () => cpu({ threads: 1 }));
testBackend('cpu, 2 threads', () => cpu({ threads: 2 }));
