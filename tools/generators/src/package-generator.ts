// A package of a plugin: the template that `create-netwright` has, with the repository's configuration.

import { formatFiles, type Tree } from '@nx/devkit';
import {
  baseNameOf,
  checkName,
  codeOf,
  describe,
  KINDS,
  NETWRIGHT_RANGE,
  readTemplate,
  renameTemplate,
  type Kind,
} from 'create-netwright';
import { readFile, takenFolder, takenInLanguage, writeChangeset } from './repository.ts';

/**
 * Writes `packages/KIND-NAME`, its reference in the root `tsconfig.json` and a changeset.
 *
 * @throws NetwrightError `create.name` for a name that is taken or misspelled; `generate.file`.
 */
export async function generatePackage(tree: Tree, kind: Kind, name: string): Promise<void> {
  const template = readTemplate(kind);
  const base = baseNameOf(kind, name);
  const folder = `packages/${base}`;
  const takenBy = takenFolder(tree, folder) ?? (kind === 'function' ? takenInLanguage(tree, name) : undefined);
  checkName(name, {
    what: kind,
    template: codeOf(template),
    ...(takenBy === undefined ? {} : { takenBy }),
  });
  const packageName = `@netwright/${base}`;
  for (const [path, text] of renameTemplate(template, name, packageName)) tree.write(`${folder}/${path}`, text);
  tree.write(`${folder}/package.json`, json(manifestOf(kind, name, packageName)));
  tree.write(`${folder}/tsconfig.json`, json({ extends: '../../tsconfig.base.json' }));
  const references = KINDS[kind].uses.map((used) => ({ path: `../${used}/tsconfig.build.json` }));
  tree.write(`${folder}/tsconfig.build.json`, json({ extends: '../../tsconfig.build.base.json', references }));
  tree.write(`${folder}/vitest.config.ts`, "export { default } from '../../vitest.shared.ts';\n");
  writeChangeset(tree, base, [packageName], describe(kind, name));
  addReference(tree, `./${folder}/tsconfig.build.json`);
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

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
