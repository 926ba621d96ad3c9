#!/usr/bin/env node
import { isNetwrightError } from '@netwright/ir';
import { ask } from './ask.ts';
import { create } from './create.ts';

const atTerminal = process.stdin.isTTY && process.stdout.isTTY;
try {
  process.exitCode = await create(process.argv.slice(2), {
    directory: process.cwd(),
    line: (text) => process.stdout.write(`${text}\n`),
    ask: atTerminal ? ask : undefined,
    packageManager: /^(npm|pnpm|yarn|bun)\//.exec(process.env['npm_config_user_agent'] ?? '')?.[1] ?? 'npm',
  });
} catch (error) {
  process.stderr.write(`${isNetwrightError(error) ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
