// `pnpm check`: what a change must pass, cheapest first.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { nx, prepare, root } from './prepare.mjs';

prepare();
const node = (...args) => spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status === 0;
const steps = [
  () => node(join(root, 'node_modules/prettier/bin/prettier.cjs'), '--check', '--cache', '--log-level=warn', '.'),
  () => nx(['run-many', '--targets=lint-all,typecheck-all', '--parallel=2']) === 0,
  () => node(join(root, 'tools/setup/test.mjs')),
];
process.exitCode = steps.every((step) => step()) ? 0 : 1;
