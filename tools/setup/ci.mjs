// `npm run ci -- --base=BRANCH`: what a branch changes, and what depends on it, cheapest first. All arguments go to nx.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { installChromium } from './chromium.mjs';
import { nx, prepare, root } from './prepare.mjs';

prepare();
installChromium();
const prettier = [join(root, 'node_modules/prettier/bin/prettier.cjs'), '--check', '--log-level=warn', '.'];
const formatted = spawnSync(process.execPath, prettier, { cwd: root, stdio: 'inherit' }).status === 0;
const affected = (targets) => nx(['affected', `--targets=${targets}`, '--parallel=2', ...process.argv.slice(2)]);
// Suites build everything at once where packages build themselves: not at the same time.
process.exitCode = formatted ? affected('lint,typecheck,build') || affected('test') : 1;
