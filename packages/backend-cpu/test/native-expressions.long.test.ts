// Vectors of other lengths than the CPU's.

import { describe, expect, test } from 'vitest';

import { testExpressions } from './expression-cases.ts';
import { missing } from './native/available.ts';
import { nativeLoader } from './native/load-program.ts';

if (missing === undefined) {
  describe.each([4, 16])('vectors of %i', (lanes) => {
    testExpressions(nativeLoader(lanes));
  });
} else {
  test(`is not run, ${missing}: 124 cases`, () => expect(missing).not.toBe(''));
}
