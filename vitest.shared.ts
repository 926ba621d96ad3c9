// The one test configuration: every package's `vitest.config.ts` re-exports it.
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';

const conditions = ['@netwright/source', ...defaultServerConditions];
const root = fileURLToPath(new URL('.', import.meta.url));
const long = process.env['NETWRIGHT_LONG_TESTS'] === '1';
/** Where suites of one run share what they transformed: keyed by the root, so they have to share that too. */
const moduleCache = process.env['NETWRIGHT_MODULE_CACHE'];
/** Packages whose tests change nothing of the process: their files share their modules, loading which takes longer than most files' tests. */
const purePackages = /^(ir|compiler|optim|arch|data|weights|train|testing|backend-reference)(-|$)/;
/** Of all suites this one takes longest and ends last, when the others have left the processors. */
const workers = basename(process.cwd()) === 'integration' && !long ? { maxWorkers: 2 } : {};
const shared = {
  dir: process.cwd(),
  cache: false,
  experimental: { fsModuleCache: true, fsModuleCachePath: moduleCache },
} as const;

export default defineConfig({
  ...(moduleCache && { root }),
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    ...(moduleCache && shared),
    ...workers,
    isolate: !purePackages.test(basename(process.cwd())),
    include: [long ? 'test/**/*.long.test.ts' : 'test/**/*.test.ts'],
    exclude: long ? [] : ['test/**/*.long.test.ts'],
    typecheck: { include: ['test/**/*.test-d.ts'], tsconfig: 'tsconfig.json' },
    setupFiles: [`${root}tools/workspace/fail-on-console.ts`],
    outputFile: { json: join(process.cwd(), '.results', long ? 'long.json' : 'unit.json') },
    // Compiling C for every small program of every test would take minutes; what tests the native target asks for it by name.
    env: { NETWRIGHT_CPU_TARGET: 'wasm' },
    testTimeout: long ? 20 * 60_000 : 60_000,
    hookTimeout: 60_000,
  },
});
