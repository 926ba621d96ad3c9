// Where threads have to wait for each other.

import { expect, test } from 'vitest';

import { planBarriers, type KernelCall, type Span } from '../src/generate/driver.ts';

const span = (buffer: number, access: Pick<Span, 'read' | 'write'>, start = 64 * buffer): Span => ({
  buffer,
  space: 'arena',
  start,
  end: start + 64,
  ...access,
});
const reads = (buffer: number, start?: number): Span => span(buffer, { read: true, write: false }, start);
const writes = (buffer: number, start?: number): Span => span(buffer, { read: false, write: true }, start);
const updates = (buffer: number): Span => span(buffer, { read: true, write: true });
const call = (...spans: readonly Span[]): KernelCall => ({
  callee: 'k',
  addresses: [],
  iterations: 8,
  cost: 1,
  parallel: true,
  spans,
});

test.each([
  ['a value is read that another kernel has written', [writes(0)], [reads(0), writes(1)], true],
  ['a value is written in place', [reads(0), writes(1)], [updates(0)], true],
  ['two kernels update one buffer', [updates(0)], [updates(0)], true],
  ['memory is used again for another buffer', [writes(0)], [writes(1, 0)], true],
  ['two kernels write parts of one buffer', [reads(0), writes(1)], [reads(2), writes(1)], false],
  ['two kernels read one buffer', [reads(0), writes(1)], [reads(0), writes(2)], false],
])('%s', (_, first, second, waits) => {
  expect(planBarriers([call(...first), call(...second)])).toEqual({ before: [false, waits], after: true });
});
