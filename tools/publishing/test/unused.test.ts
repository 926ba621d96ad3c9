import { join } from 'node:path';
import { root, runProgram } from '@netwright/publishing';
import { expect, it } from 'vitest';

it('nothing in the repository is unused: no file, export or dependency; and no dependency is undeclared', async () => {
  const knip = join(root, 'tools/publishing/node_modules/knip/bin/knip.js');
  const args = ['--reporter', 'compact', '--no-progress', '--no-config-hints'];
  expect((await runProgram(process.execPath, [knip, ...args], { cwd: root })).trim()).toBe('');
}, 120_000);
