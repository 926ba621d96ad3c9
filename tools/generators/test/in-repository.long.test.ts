// `npm run generate` of every kind in a copy of the repository: what it writes is formatted, builds, lints, type-checks and passes untouched; an operation with a fault does not.

import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cleanEnvironment, publicPackages, root, runProgram } from '@netwright/publishing';
import { beforeAll, describe, expect, it } from 'vitest';
import { entriesOf, exportedNames } from '../../publishing/test/exported-names.ts';
import { folderOf, GENERATED } from '../src/command.ts';
import { NAME, runInstalled, runVitest, temporaryFolder, type Results } from './outside.ts';

const copy = temporaryFolder();
const folders = GENERATED.filter((kind) => kind !== 'op').map((kind) => folderOf({ kind, name: NAME, dryRun: false }));
let changed: readonly string[];

const inCopy = (program: string, ...args: readonly string[]): Promise<string> =>
  runProgram(program, args, { cwd: copy, env: cleanEnvironment() });
const read = (path: string): string => readFileSync(join(copy, path), 'utf8');

/** Runs test files, by their paths in the repository, with its own configuration. */
async function test(files: readonly string[], ...args: readonly string[]): Promise<Results> {
  const include = JSON.stringify(files);
  const config = `import shared from './vitest.shared.ts';\nexport default { ...shared, test: { ...shared.test, include: ${include} } };\n`;
  writeFileSync(join(copy, 'vitest.some.ts'), config);
  return runVitest(copy, ['--config', 'vitest.some.ts', ...args]);
}

beforeAll(async () => {
  const files = await runProgram('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
  });
  const built = publicPackages().map(({ folder }) => `${folder}/dist`);
  for (const path of [...files.split('\0'), ...built, 'tools/publishing/dist', 'tools/generators/dist']) {
    if (path === '' || !existsSync(join(root, path))) continue;
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    cpSync(join(root, path), join(copy, path), { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  }
  await inCopy('git', 'init', '--quiet');
  await inCopy('git', 'add', '.');
  for (const kind of GENERATED) await inCopy('npm', 'run', 'generate', '--', kind, NAME);
  const all = await inCopy('git', 'ls-files', '--modified', '--others', '--exclude-standard');
  changed = all.split('\n').filter((path) => path !== '' && path !== 'pnpm-lock.yaml');
}, 900_000);

describe('what is generated', () => {
  it('is formatted', async () => {
    for (const folder of folders) expect(changed).toContain(`${folder}/README.md`);
    await runInstalled(copy, 'prettier/bin/prettier.cjs', ['--check', '--ignore-unknown', ...changed]);
  });

  it('builds, with the names that it lists', async () => {
    const built = [...folders, 'packages/ir', 'packages/compiler'];
    await runInstalled(copy, 'typescript/bin/tsc', ['-b', ...built.map((folder) => `${folder}/tsconfig.build.json`)]);
    const entries = [...folders, 'packages/ir'].map((folder) => {
      const manifest = JSON.parse(read(`${folder}/package.json`)) as Parameters<typeof entriesOf>[0];
      return [folder, join(copy, folder, entriesOf(manifest).get('.') ?? '')] as const;
    });
    const exported = exportedNames(entries.map(([, file]) => file));
    for (const [folder, file] of entries) {
      const base = folder.replace('packages/', '');
      const [listed] = read(`tools/publishing/test/exported-names/${base}.txt`).split(/\n(?=@)/);
      const names = exported.get(file) ?? [];
      expect(names).toContain('shakeShake');
      expect(listed.trimEnd().split('\n')).toEqual([`@netwright/${base}`, ...names.map((name) => `  ${name}`)]);
    }
  });

  it('type-checks and lints', async () => {
    const code = changed.filter((path) => path.endsWith('.ts'));
    expect(code.length).toBeGreaterThan(25);
    writeFileSync(join(copy, 'tsconfig.check.json'), JSON.stringify({ extends: './tsconfig.base.json', files: code }));
    await runInstalled(copy, 'typescript/bin/tsc', ['-p', 'tsconfig.check.json']);
    await runInstalled(copy, 'eslint/bin/eslint.js', ['--max-warnings=0', ...code], { NETWRIGHT_LINT_ALL: '1' });
  });

  it('passes its tests, those of the language and the rules of the repository', async () => {
    const { passed, failures } = await test([
      ...folders.map((folder) => `${folder}/test/*.test.ts`),
      ...['primitives', 'golden-primitives', 'operand-errors'].map((name) => `packages/ir/test/${name}.test.ts`),
      'packages/compiler/test/lowering.test.ts',
      'tools/workspace/test/packages.test.ts',
    ]);
    expect(failures).toEqual([]);
    for (const folder of folders) expect(passed.some(({ file }) => file.startsWith(`${folder}/`))).toBe(true);
    expect(passed.filter(({ title }) => title.startsWith('shakeShake ')).length).toBeGreaterThan(15);
  });

  it('has documents whose code runs', async () => {
    const { passed, failures } = await test(['tools/docs/test/code.test.ts'], '-t', NAME);
    expect(failures).toEqual([]);
    expect(passed).toHaveLength(2 * folders.length);
  });
});

it('an operation with a wrong gradient and lowering fails, where it is wrong', async () => {
  for (const [path, from, to] of [
    [`packages/ir/src/ops/${NAME}.ts`, 'div(grad, mul(scale, scale))', 'div(grad, scale)'],
    [`packages/compiler/src/lowering/${NAME}.ts`, "unary('abs', x)", 'x'],
  ] as const) {
    expect(read(path)).toContain(from);
    writeFileSync(join(copy, path), read(path).replace(from, to));
  }
  const [derivatives, lowering] = ['packages/ir/test/primitives.test.ts', 'packages/compiler/test/lowering.test.ts'];
  const { failures } = await test([derivatives, lowering], '-t', 'shakeShake');
  const titlesOf = (file: string): readonly string[] =>
    failures.filter((one) => one.file === file).map(({ title }) => title);
  expect(titlesOf(derivatives)).toContain("shakeShake 'matrix': first and second derivative");
  for (const title of titlesOf(derivatives)) expect(title).toMatch(/^shakeShake '.*': first and second derivative$/);
  expect(titlesOf(lowering)).toContain("shakeShake 'odd shape'");
  for (const title of titlesOf(lowering)) expect(title).toMatch(/^shakeShake /);
});
