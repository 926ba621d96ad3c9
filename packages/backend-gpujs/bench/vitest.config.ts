// `pnpm exec vitest run --config bench/vitest.config.ts` in this package.
import shared from '../../../vitest.shared.ts';

const { test, ...rest } = shared;

export default { ...rest, test: { ...test, include: ['bench/*.bench.ts'], testTimeout: 600_000 } };
