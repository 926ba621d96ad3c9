// The one test configuration: every package's `vitest.config.ts` re-exports it.
import { fileURLToPath } from 'node:url';
import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';

const conditions = ['@netwright/source', ...defaultServerConditions];
const long = process.env['NETWRIGHT_LONG_TESTS'] === '1';

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: [long ? 'test/**/*.long.test.ts' : 'test/**/*.test.ts'],
    exclude: long ? [] : ['test/**/*.long.test.ts'],
    typecheck: { include: ['test/**/*.test-d.ts'], tsconfig: 'tsconfig.json' },
    setupFiles: [fileURLToPath(new URL('tools/workspace/fail-on-console.ts', import.meta.url))],
    // Compiling C for every small program of every test would take minutes; what tests the native target asks for it by name.
    env: { NETWRIGHT_CPU_TARGET: 'wasm' },
    testTimeout: long ? 20 * 60_000 : 60_000,
    hookTimeout: 60_000,
  },
});
