import eslint from '@eslint/js';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { layers, testLayers } from './tools/workspace/layers.js';

// One program for the whole repository is several times faster than one for each package, and too much for one file in an editor.
const types = process.env.NETWRIGHT_LINT_ALL ? { project: './tsconfig.check.json' } : { projectService: true };

const boundaries = (depConstraints, allow = []) => ({
  '@nx/enforce-module-boundaries': [
    'error',
    { allow, enforceBuildableLibDependency: false, allowCircularSelfDependency: true, depConstraints },
  ],
});

export default defineConfig(
  globalIgnores([
    'tools/generators/templates/',
    'packages/*/bench/',
    '**/dist/',
    '**/.results/',
    '**/.nx/',
    '**/runs/',
    '**/coverage/',
  ]),
  {
    files: ['**/*.{js,mjs,ts}'],
    extends: [eslint.configs.recommended],
    languageOptions: {
      globals: { console: 'readonly', process: 'readonly', performance: 'readonly', URL: 'readonly' },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { ...types, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/prefer-readonly': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // An asynchronous contract may be met without waiting for anything.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // Without noUncheckedIndexedAccess an indexed read has no `undefined` in its type, so checks of one look needless.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // Our contracts are records of functions; none uses `this`.
      '@typescript-eslint/unbound-method': 'off',
      // A type parameter used once still names the relation between a record and its key.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      // Names of the browser's globals that a forgotten import or declaration would silently find.
      'no-restricted-globals': [
        'error',
        'close',
        'closed',
        'event',
        'find',
        'length',
        'name',
        'open',
        'origin',
        'parent',
        'print',
        'status',
        'stop',
        'top',
      ],
      'object-shorthand': 'error',
      'prefer-const': 'error',
    },
  },
  {
    files: ['packages/*/src/**/*.ts', 'tools/*/src/**/*.ts'],
    plugins: { '@nx': nx },
    rules: boundaries(layers),
  },
  {
    files: ['packages/*/test/**/*.ts', 'tools/{bench,oracle,studies}/test/**/*.ts'],
    plugins: { '@nx': nx },
    rules: boundaries(testLayers, ['^(\\.\\./)+tools/workspace/(read-recorded|recorded-networks)\\.ts$']),
  },
  {
    files: [
      'packages/{ir,compiler,optim,arch,data}/src/**/*.ts',
      'packages/{optim,arch}-*/src/**/*.ts',
      'packages/{backend-reference,viz}/src/**/*.ts',
    ],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^node:',
              message: 'This package runs in browsers too: Node-only code belongs to assemblies and backends.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['packages/*/test/**/*.ts', 'tools/*/test/**/*.ts'],
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'off',
    },
  },
  {
    // These resolve their packages only where they are installed; a test checks their types there.
    files: ['examples/**/*.ts'],
    extends: [tseslint.configs.disableTypeChecked],
    rules: { '@typescript-eslint/explicit-module-boundary-types': 'off' },
  },
  {
    files: ['tools/workspace/fail-on-console.ts', 'packages/create-netwright/templates/application/src/*.ts'],
    rules: { 'no-console': 'off' },
  },
  prettier,
);
