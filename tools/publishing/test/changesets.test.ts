// Which versions change with a release, by the repository's own rules, in a copy that holds the manifests alone.

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { publicPackages, root, runProgram, type Manifest } from '@netwright/publishing';
import { afterAll, describe, expect, it } from 'vitest';

const packages = publicPackages();
const layer = ({ manifest }: { readonly manifest: Manifest }): string =>
  manifest.nx?.tags?.find((tag) => tag.startsWith('layer:'))?.slice('layer:'.length) ?? '';
const contracts = packages.filter((one) => ['language', 'contract'].includes(layer(one)));
const plugins = packages.filter((one) => layer(one) === 'plugin');
const namesOf = (all: readonly { readonly manifest: Manifest }[]): readonly string[] =>
  all.map(({ manifest }) => manifest.name);

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** New versions after a release with one changeset, of the packages whose version changed. */
async function release(name: string, bump: 'patch' | 'minor' | 'major'): Promise<Readonly<Record<string, string>>> {
  const folder = mkdtempSync(join(tmpdir(), 'netwright-changesets-'));
  folders.push(folder);
  for (const path of ['package.json', 'pnpm-workspace.yaml', '.changeset/config.json']) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(root, path), join(folder, path));
  }
  for (const one of packages) {
    mkdirSync(join(folder, one.folder), { recursive: true });
    cpSync(join(root, one.folder, 'package.json'), join(folder, one.folder, 'package.json'));
  }
  writeFileSync(join(folder, '.changeset/change.md'), `---\n'${name}': ${bump}\n---\n\nA change.\n`);
  await runProgram(process.execPath, [join(root, 'node_modules/@changesets/cli/bin.js'), 'version'], { cwd: folder });
  const changed = packages.flatMap(({ folder: path, manifest }) => {
    const { version } = JSON.parse(readFileSync(join(folder, path, 'package.json'), 'utf8')) as Manifest;
    return version === manifest.version ? [] : [[manifest.name, version] as const];
  });
  return Object.fromEntries(changed);
}

describe('a release', () => {
  it('of a minor version of the language takes the contracts along and no plugin', async () => {
    const changed = await release('@netwright/ir', 'minor');
    expect(Object.keys(changed)).toEqual(expect.arrayContaining([...namesOf(contracts)]));
    for (const { manifest } of contracts) expect(changed[manifest.name]).toBe('0.2.0');
    expect(Object.keys(changed).filter((name) => namesOf(plugins).includes(name))).toEqual([]);
  });

  it('of a plugin changes it, and of the others only assemblies that install it', async () => {
    const changed = await release('@netwright/optim-adam', 'minor');
    const dependents = packages.filter(({ manifest }) => '@netwright/optim-adam' in (manifest.dependencies ?? {}));
    expect(changed['@netwright/optim-adam']).toBe('0.2.0');
    expect(Object.keys(changed).sort()).toEqual(['@netwright/optim-adam', ...namesOf(dependents)].sort());
  });

  it('of version 1 of the language takes every plugin along, since their ranges end there', async () => {
    const changed = await release('@netwright/ir', 'major');
    expect(Object.keys(changed)).toEqual(expect.arrayContaining([...namesOf(plugins)]));
  });
});
