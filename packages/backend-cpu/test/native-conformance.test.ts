// The suite of all backends on compiled C. The second run finds the first one's libraries in the cache.

import { testBackend } from '@netwright/testing';
import { expect, test } from 'vitest';

import { cpu } from '../src/index.ts';
import { missing } from './native/available.ts';

/** Cases of the suite, for the report where it is not run. */
const cases = 920;

if (missing === undefined) {
  testBackend('cpu, native, 1 thread', () => cpu({ target: 'native', threads: 1 }));
  testBackend('cpu, native, 3 threads', () => cpu({ target: 'native', threads: 3 }));
} else {
  test(`is not run, ${missing}: ${String(2 * cases)} cases`, () => expect(missing).not.toBe(''));
}
