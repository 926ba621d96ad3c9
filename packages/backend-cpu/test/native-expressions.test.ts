import { expect, test } from 'vitest';

import { testExpressions } from './expression-cases.ts';
import { missing } from './native/available.ts';
import { nativeLoader } from './native/load-program.ts';

if (missing === undefined) testExpressions(nativeLoader());
else test(`is not run, ${missing}: 62 cases`, () => expect(missing).not.toBe(''));
