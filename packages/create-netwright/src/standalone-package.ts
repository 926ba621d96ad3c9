// A package that needs nothing but its folder.

import { describe, KINDS, type Kind } from './kinds.ts';
import { readTemplate, renameTemplate, type Files } from './templates.ts';
import { NETWRIGHT_RANGE, OUTSIDE_VERSIONS } from './versions.ts';

/** What is made, under which names. */
export interface StandaloneOptions {
  readonly kind: Kind;
  /** In kebab-case, e.g. `lion`. */
  readonly name: string;
  /** Of the package, e.g. `netwright-optim-lion` or `@me/optim-lion`. */
  readonly packageName: string;
}

/** All files of a plugin package or an application outside the repository, its configuration included. */
export function standalonePackage({ kind, name, packageName }: StandaloneOptions): Files {
  const files = renameTemplate(readTemplate(kind), name, packageName);
  return new Map([
    [
      'package.json',
      json(kind === 'application' ? applicationManifest(packageName) : pluginManifest(kind, name, packageName)),
    ],
    ['tsconfig.json', json(TYPE_CHECK)],
    ['tsconfig.build.json', json(BUILD)],
    ['.gitignore', 'node_modules/\ndist/\n'],
    ...files,
  ]);
}

const TYPE_CHECK = {
  compilerOptions: {
    target: 'ES2023',
    lib: ['ES2023', 'DOM'],
    types: ['node'],
    module: 'nodenext',
    strict: true,
    noImplicitOverride: true,
    noFallthroughCasesInSwitch: true,
    verbatimModuleSyntax: true,
    erasableSyntaxOnly: true,
    isolatedModules: true,
    allowImportingTsExtensions: true,
    rewriteRelativeImportExtensions: true,
    noEmit: true,
  },
  include: ['src', 'test'],
};

const BUILD = {
  extends: './tsconfig.json',
  compilerOptions: { noEmit: false, declaration: true, sourceMap: true, rootDir: 'src', outDir: 'dist' },
  include: ['src'],
};

const ENGINES = { node: '>=20.19' };

function pluginManifest(kind: Kind, name: string, packageName: string): object {
  const { uses, usedInTests, otherInTests } = KINDS[kind];
  return {
    name: packageName,
    version: '0.1.0',
    description: describe(kind, name),
    license: 'MIT',
    keywords: ['netwright', `netwright-${kind}`],
    type: 'module',
    sideEffects: false,
    exports: {
      '.': { types: './dist/index.d.ts', default: './dist/index.js' },
      './package.json': './package.json',
    },
    files: ['dist', 'src', 'README.md'],
    engines: ENGINES,
    scripts: { build: 'tsc -p tsconfig.build.json', typecheck: 'tsc', test: 'vitest run', prepack: 'npm run build' },
    peerDependencies: netwright(uses),
    devDependencies: sorted({
      ...netwright([...uses, ...usedInTests]),
      ...outside(['@types/node', 'typescript', 'vitest', ...otherInTests]),
    }),
  };
}

function applicationManifest(packageName: string): object {
  const { uses, usedInTests, otherInTests } = KINDS.application;
  const compile = 'tsc -p tsconfig.build.json';
  return {
    name: packageName,
    version: '0.1.0',
    private: true,
    type: 'module',
    engines: ENGINES,
    scripts: {
      train: `${compile} && node dist/train.js`,
      predict: `${compile} && node dist/predict.js`,
      typecheck: 'tsc',
      test: 'vitest run',
    },
    dependencies: netwright(uses),
    devDependencies: sorted({
      ...netwright(usedInTests),
      ...outside(['@types/node', 'typescript', 'vitest', ...otherInTests]),
    }),
  };
}

function netwright(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [`@netwright/${name}`, NETWRIGHT_RANGE]));
}

function outside(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, OUTSIDE_VERSIONS[name]]));
}

function sorted(entries: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
