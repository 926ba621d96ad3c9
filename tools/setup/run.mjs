// `node run.mjs FOLDER ...`: prepares, builds the package in FOLDER and runs its program.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build, fail, prepare, root } from './prepare.mjs';

const [folder, ...args] = process.argv.slice(2);
if (!existsSync(join(root, folder, 'package.json'))) fail(`There is no package in ${folder}.`);
prepare();
build(folder);
const { status } = spawnSync(process.execPath, [join(root, folder, 'dist/bin.js'), ...args], { stdio: 'inherit' });
process.exitCode = status ?? 1;
