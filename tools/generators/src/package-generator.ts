// A package of a plugin: the template that `create-netwright` has, with the repository's configuration.

import { formatFiles, type Tree } from '@nx/devkit';
import {
  baseNameOf,
  camelCase,
  checkName,
  codeOf,
  describe,
  KINDS,
  NETWRIGHT_RANGE,
  readTemplate,
  renameTemplate,
  type Kind,
} from 'create-netwright';
import { EXPORTED_NAMES, readFile, takenFolder, takenInLanguage, writeChangeset } from './repository.ts';

/**
 * Writes `packages/KIND-NAME`, its reference in the root `tsconfig.json`, a changeset, the list of what it exports, and its place among the packages whose documents are tested.
 *
 * @throws NetwrightError `create.name` for a name that is taken or misspelled; `generate.file`.
 */
export async function generatePackage(tree: Tree, kind: Kind, name: string): Promise<void> {
  const template = readTemplate(kind);
  const base = baseNameOf(kind, name);
  const folder = `packages/${base}`;
  const takenBy =
    takenFolder(tree, folder) ?? (kind === 'function' ? takenInLanguage(tree, camelCase(name)) : undefined);
  checkName(name, {
    what: kind,
    template: codeOf(template),
    ...(takenBy === undefined ? {} : { takenBy }),
  });
  const packageName = `@netwright/${base}`;
  const files = renameTemplate(template, name, packageName);
  for (const [path, text] of files) tree.write(`${folder}/${path}`, text);
  tree.write(`${folder}/package.json`, json(manifestOf(kind, name, packageName)));
  tree.write(`${folder}/tsconfig.json`, json({ extends: '../../tsconfig.base.json' }));
  const references = KINDS[kind].uses.map((used) => ({ path: `../${used}/tsconfig.build.json` }));
  tree.write(`${folder}/tsconfig.build.json`, json({ extends: '../../tsconfig.build.base.json', references }));
  tree.write(`${folder}/vitest.config.ts`, "export { default } from '../../vitest.shared.ts';\n");
  writeChangeset(tree, base, [packageName], describe(kind, name));
  addReference(tree, `./${folder}/tsconfig.build.json`);
  addToDocuments(tree, packageName);
  const exported = namesOf(files.get('src/index.ts') ?? '').map((one) => `  ${one}\n`);
  tree.write(`${EXPORTED_NAMES}/${base}.txt`, `${packageName}\n${exported.join('')}`);
  await formatFiles(tree);
}

function manifestOf(kind: Kind, name: string, packageName: string): object {
  const { uses, usedInTests } = KINDS[kind];
  const scoped = (names: readonly string[], range: string): Record<string, string> =>
    Object.fromEntries([...names].sort().map((one) => [`@netwright/${one}`, range]));
  return {
    name: packageName,
    version: '0.1.0',
    description: describe(kind, name),
    license: 'MIT',
    type: 'module',
    sideEffects: false,
    exports: {
      '.': { '@netwright/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
      './package.json': './package.json',
    },
    files: ['dist', '!dist/*.tsbuildinfo', 'src', 'README.md'],
    engines: { node: '>=20.19' },
    publishConfig: { access: 'public' },
    nx: { tags: ['layer:plugin', `kind:${KINDS[kind].prefix ?? kind}`] },
    peerDependencies: scoped(uses, NETWRIGHT_RANGE),
    devDependencies: scoped([...uses, ...usedInTests], 'workspace:*'),
  };
}

function addReference(tree: Tree, path: string): void {
  const root = JSON.parse(readFile(tree, 'tsconfig.json')) as {
    readonly references: readonly { readonly path: string }[];
  };
  tree.write('tsconfig.json', json({ ...root, references: [...root.references, { path }] }));
}

/** The code of every README is run by the tests of `tools/docs`, which finds there what it imports. */
function addToDocuments(tree: Tree, packageName: string): void {
  const path = 'tools/docs/package.json';
  const manifest = JSON.parse(readFile(tree, path)) as { readonly devDependencies: Readonly<Record<string, string>> };
  const devDependencies = Object.entries({ ...manifest.devDependencies, [packageName]: 'workspace:*' });
  devDependencies.sort(([a], [b]) => (a < b ? -1 : 1));
  tree.write(path, json({ ...manifest, devDependencies: Object.fromEntries(devDependencies) }));
}

/** Names in `export { a, type B } from`, in alphabetical order. */
function namesOf(index: string): readonly string[] {
  return [...index.matchAll(/^export \{([^}]*)\}/gm)]
    .flatMap(([, names]) => names.split(',').map((one) => one.trim()))
    .filter((one) => one !== '')
    .sort();
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
