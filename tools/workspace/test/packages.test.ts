// Every package has the same shape, so that a new one is a handful of small files.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { read, readLayeredPackages, readPackages, root, tagOf } from './workspace.ts';

const packages = readLayeredPackages().map((one) => ({ ...one, name: one.manifest.name, layer: tagOf(one, 'layer') }));
const published = packages.filter(({ manifest }) => manifest.private !== true);
const names = new Set(packages.map(({ name }) => name));
const own = (dependencies: Readonly<Record<string, string>> = {}): string[] =>
  Object.keys(dependencies).filter((name) => names.has(name));

describe.each(packages)('$name', ({ folder, manifest, layer }) => {
  it('is an ES module that states its source, types and built code', () => {
    expect(manifest).toMatchObject({
      type: 'module',
      sideEffects: false,
      license: 'MIT',
      engines: { node: '>=20.19' },
    });
    for (const [entry, target] of Object.entries(manifest.exports ?? {})) {
      if (typeof target === 'string') continue;
      const conditions = Object.keys(target as object);
      expect(conditions[0], entry).toBe('@netwright/source');
      expect(conditions.at(-1), entry).toBe('default');
    }
  });

  it('has a layer', () => {
    expect(['language', 'contract', 'plugin', 'assembly', 'kit']).toContain(layer);
  });

  it('references the build of every package that its source may import', () => {
    const { references = [] } = JSON.parse(read(`${folder}/tsconfig.build.json`)) as {
      references?: { path: string }[];
    };
    const referenced = references.map(({ path }) => {
      const { name } = JSON.parse(read(join(folder, path, '../package.json'))) as { name: string };
      return name;
    });
    const imported = [...own(manifest.dependencies), ...own(manifest.peerDependencies)];
    expect(referenced.sort()).toEqual(imported.sort());
  });

  it('has a README with the four headings', () => {
    const headings = read(`${folder}/README.md`).match(/^#{1,2} .*$/gm) ?? [];
    expect(headings[0]).toBe(`# ${manifest.name}`);
    expect(headings.filter((heading) => heading.startsWith('## '))).toEqual(
      expect.arrayContaining(['## What it is', '## Install', '## Use', '## Licence']),
    );
  });

  it('takes the versions of outside packages from the catalog', () => {
    for (const [name, range] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
      expect(range, name).toMatch(names.has(name) ? /^workspace:[*^]$/ : /^catalog:$/);
    }
  });
});

describe.each(published)('$name, published', ({ manifest }) => {
  it('ships its build and its source, publicly', () => {
    expect(manifest).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string,
      files: expect.arrayContaining(['dist', 'src', 'README.md']) as string[],
      publishConfig: { access: 'public' },
    });
  });
});

describe.each(published.filter(({ layer }) => layer === 'plugin'))('$name, a plugin', ({ manifest }) => {
  it('shares its contract and the language with whoever installs it', () => {
    expect(own(manifest.dependencies)).toEqual([]);
    expect(own(manifest.peerDependencies)).toContain('@netwright/ir');
    for (const name of own(manifest.peerDependencies)) {
      expect(manifest.peerDependencies?.[name]).toBe('>=0.1.0 <1');
      expect(manifest.devDependencies?.[name]).toBe('workspace:*');
    }
  });
});

describe('the workspace', () => {
  it('builds every layered package from the root configuration', () => {
    const { references } = JSON.parse(read('tsconfig.json')) as { references: { path: string }[] };
    const expected = packages.map(({ folder }) => `./${folder}/tsconfig.build.json`);
    expect(references.map(({ path }) => path).sort()).toEqual(expected.sort());
  });

  it('releases the language and the contracts together', () => {
    const { fixed } = JSON.parse(read('.changeset/config.json')) as { fixed: string[][] };
    const expected = packages
      .filter(({ layer }) => layer === 'language' || layer === 'contract')
      .map(({ name }) => name);
    expect(fixed).toHaveLength(1);
    expect([...(fixed[0] ?? [])].sort()).toEqual(expected.sort());
  });

  it('names no registry in the lock file', () => {
    const lock = read('pnpm-lock.yaml');
    expect(lock.match(/https?:\/\/\S+/g) ?? []).toEqual([]);
  });

  it('lets no dependency run a script at install time', () => {
    const { allowBuilds } = parse(read('pnpm-workspace.yaml')) as { allowBuilds: Record<string, boolean> };
    expect(Object.values(allowBuilds)).not.toContain(true);
  });

  it('gives every package with tests the shared test configuration', () => {
    for (const { folder } of readPackages().filter((one) => existsSync(join(root, one.folder, 'test')))) {
      expect(read(`${folder}/vitest.config.ts`).trim()).toBe("export { default } from '../../vitest.shared.ts';");
    }
  });
});
