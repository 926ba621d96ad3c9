// A model and an optimizer that rest on one copy of the language, trained by packages that rest on another.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installTarballs, packWorkspace, runProgram } from '@netwright/publishing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { linkInstalled, runScript, temporaryFolder } from './outside.ts';

const { folder, remove } = temporaryFolder();
const PLUGINS = ['@netwright/arch-lenet', '@netwright/optim-momentum'];
const RUNNERS = ['@netwright/train', '@netwright/backend-cpu', '@netwright/data'];
const ir = (copy: string): string => join(folder, copy, 'node_modules/@netwright/ir');

beforeAll(async () => {
  const tarballs = await packWorkspace({ packages: [...PLUGINS, ...RUNNERS] });
  await installTarballs(join(folder, 'one'), [...PLUGINS, '@netwright/ir'], { tarballs });
  await installTarballs(join(folder, 'two'), [...PLUGINS, ...RUNNERS, '@netwright/ir'], { tarballs });
  // TypeScript takes two packages of one name and version for one; these are to be two.
  const manifest = join(ir('one'), 'package.json');
  writeFileSync(
    manifest,
    readFileSync(manifest, 'utf8').replace(/"version": "(\d+\.\d+)\.\d+"/, '"version": "$1.999"'),
  );
  linkInstalled(folder, ['typescript', '@types/node']);
  for (const file of ['mixed.mts', 'mixed.json'])
    writeFileSync(join(folder, file), readFileSync(new URL(`../outside/${file}`, import.meta.url)));
}, 300_000);

afterAll(remove);

it('gives the same as with one copy, to the bit', async () => {
  await runScript(folder, 'typescript/bin/tsc', ['-p', 'mixed.json']);
  const { distinct, mixed, same, recognized } = JSON.parse(
    await runProgram(process.execPath, ['mixed.mjs'], { cwd: folder }),
  ) as Readonly<Record<'distinct' | 'mixed' | 'same' | 'recognized', unknown>>;
  expect(distinct).toBe(true);
  expect(recognized).toBe('architecture.variant');
  expect(mixed).toEqual(same);
  expect((mixed as readonly number[]).every(Number.isFinite)).toBe(true);
});

it('names both schema versions where they differ', async () => {
  const path = join(ir('one'), 'dist/graph.js');
  const text = readFileSync(path, 'utf8');
  expect(text).toContain('SCHEMA_VERSION = 1;');
  writeFileSync(path, text.replace('SCHEMA_VERSION = 1;', 'SCHEMA_VERSION = 2;'));
  const attempt = runProgram(process.execPath, ['mixed.mjs'], { cwd: folder });
  await expect(attempt).rejects.toThrow(
    'expected schema version 1, that of this copy of @netwright/ir, received schema version 2, of the copy that made the graph.',
  );
}, 60_000);
