// What is in the tarballs: well-formed packages whose types are right for those who import them.

import { readFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { packWorkspace, publicPackages, unpackTarballs, type Manifest } from '@netwright/publishing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entriesOf, exportedNames, fileOf } from './exported-names.ts';

const names = publicPackages().map(({ manifest }) => manifest.name);
const folder = mkdtempSync(join(tmpdir(), 'netwright-tarballs-'));
let tarballs: ReadonlyMap<string, string>;
let exported: ReadonlyMap<string, readonly string[]>;

const manifestOf = (name: string): Manifest =>
  JSON.parse(readFileSync(fileOf(folder, name, 'package.json'), 'utf8')) as Manifest;
const tarballOf = (name: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(tarballs.get(name) ?? ''));

beforeAll(async () => {
  tarballs = await packWorkspace();
  await unpackTarballs(folder, tarballs);
  const files = names.flatMap((name) =>
    [...entriesOf(manifestOf(name)).values()].map((path) => fileOf(folder, name, path)),
  );
  exported = exportedNames(files);
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('are those of every public package', () => {
  expect([...tarballs.keys()]).toEqual(names);
  expect(names.length).toBeGreaterThan(35);
});

describe.each(names)('%s', (name) => {
  it('passes publint, strictly', async () => {
    const { messages } = await publint({ pack: { tarball: tarballOf(name).buffer }, strict: true });
    const manifest = manifestOf(name);
    expect(messages.map((message) => formatMessage(message, manifest))).toEqual([]);
  });

  it('has the right types for every way of importing it as a module', async () => {
    const result = await checkPackage(createPackageFromTarballData(tarballOf(name)));
    if (!result.types) throw new Error(`${name} has no types`);
    // The packages are modules only: CommonJS may import them dynamically, and TypeScript's resolution of Node 10 knows no `exports`.
    const unused = new Set(['node10', 'node16-cjs']);
    const problems = result.problems.filter(
      (problem) => !('resolutionKind' in problem && unused.has(problem.resolutionKind)),
    );
    expect(problems).toEqual([]);
  });

  it('exports these names', async () => {
    const lines = [...entriesOf(manifestOf(name))].flatMap(([entry, path]) => [
      `${name}${entry.slice(1)}`,
      ...(exported.get(fileOf(folder, name, path)) ?? []).map((one) => `  ${one}`),
    ]);
    const file = `exported-names/${name.replace('@netwright/', '')}.txt`;
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(file);
  });

  it('runs no scripts, and names versions that others can install', () => {
    const manifest = manifestOf(name);
    expect(manifest).not.toHaveProperty('scripts');
    expect(JSON.stringify({ ...manifest.dependencies, ...manifest.peerDependencies })).not.toMatch(
      /workspace:|catalog:/,
    );
    for (const peer of Object.keys(manifest.peerDependencies ?? {}).filter((one) => one.startsWith('@netwright/'))) {
      expect(manifest.peerDependencies?.[peer]).toBe('>=0.1.0 <1');
    }
  });
});
