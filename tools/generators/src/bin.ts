#!/usr/bin/env node
// `npm run generate -- optimizer lion [--dry-run]`: nx with the generators of this repository, then an install.

import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { root, runPnpm } from '@netwright/publishing';
import { folderOf, GENERATORS, parseCommand } from './command.ts';

const command = parseCommand(process.argv.slice(2));
if (typeof command === 'string') {
  process.stderr.write(`${command}\n`);
  process.exitCode = 2;
} else {
  const { kind, name, dryRun } = command;
  const nx = createRequire(import.meta.url).resolve('nx');
  const args = ['generate', `${GENERATORS}:${kind}`, name, '--no-interactive', ...(dryRun ? ['--dry-run'] : [])];
  const { status } = spawnSync(process.execPath, [nx, ...args], { cwd: root, stdio: 'inherit' });
  process.exitCode = status ?? 1;
  if (status === 0 && !dryRun) {
    await runPnpm(['install', '--no-frozen-lockfile', '--prefer-offline'], { cwd: root });
    process.stdout.write(`\nInstalled. Test it with: pnpm exec vitest run --root ${folderOf(command)}\n`);
  }
}
