// `pnpm exec vitest run --config bench/vitest.config.ts` in this package.
import { mergeConfig } from 'vitest/config';

import shared from '../../../vitest.shared.ts';

const overrides = { test: { include: ['bench/*.bench.ts'], testTimeout: 600_000, fileParallelism: false } };
const merged = mergeConfig(shared, overrides);

export default { ...merged, test: { ...merged.test, include: overrides.test.include } };
