// Continuous integration: what nx infers, caches and finds affected, in a small workspace with the repository's own configuration.

import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cleanEnvironment, root, runProgram } from '@netwright/publishing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const TARGETS = ['build', 'lint', 'typecheck', 'test'];
const folder = mkdtempSync(join(tmpdir(), 'netwright-nx-'));

const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
};

/** A package as small as they come. */
function addPackage(name: string, tags: readonly string[], source: string, references: readonly string[] = []): void {
  const at = `packages/${name}`;
  const dependencies = Object.fromEntries(references.map((one) => [`@netwright/${one}`, 'workspace:*']));
  const exports = { '@netwright/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' };
  write(
    `${at}/package.json`,
    JSON.stringify({
      name: `@netwright/${name}`,
      version: '0.1.0',
      type: 'module',
      exports,
      nx: { tags },
      dependencies,
    }),
  );
  write(`${at}/tsconfig.json`, '{ "extends": "../../tsconfig.base.json" }');
  const projects = references.map((one) => ({ path: `../${one}/tsconfig.build.json` }));
  write(
    `${at}/tsconfig.build.json`,
    JSON.stringify({ extends: '../../tsconfig.build.base.json', references: projects }),
  );
  write(`${at}/vitest.config.ts`, "export { default } from '../../vitest.shared.ts';\n");
  write(`${at}/src/index.ts`, source);
  write(
    `${at}/test/one.test.ts`,
    `import * as all from '@netwright/${name}';\nimport { expect, it } from 'vitest';\n\nit('exports', () => expect(Object.keys(all)).toHaveLength(1));\n`,
  );
  symlinkSync(join(folder, at), join(folder, 'packages/node_modules/@netwright', name));
}

interface Task {
  readonly project: string;
  readonly target: string;
  readonly status: string;
}

/** The outcome of each task by `project:target`, whether or not all passed, and what nx printed if not. */
async function nx(...args: readonly string[]): Promise<{ tasks: Readonly<Record<string, string>>; failure: string }> {
  const report = join(folder, '.nx/tasks.json');
  rmSync(report, { force: true });
  const env = {
    ...cleanEnvironment(),
    ...{ NETWRIGHT_TASK_REPORT: report, NX_DAEMON: 'false', NX_WORKSPACE_DATA_DIRECTORY: join(folder, '.nx/data') },
  };
  const program = join(root, 'node_modules/nx/dist/bin/nx.js');
  let failure = '';
  try {
    await runProgram(process.execPath, [program, ...args], { cwd: folder, env });
  } catch (error) {
    failure = String(error);
  }
  const tasks = JSON.parse(readFileSync(report, 'utf8')) as readonly Task[];
  const outcomes = tasks.map(({ project, target, status }) => [
    `${project.replace('@netwright/', '')}:${target}`,
    status,
  ]);
  return { tasks: Object.fromEntries(outcomes) as Record<string, string>, failure };
}

const all = (...names: readonly string[]): readonly string[] =>
  names.flatMap((name) => TARGETS.map((target) => `${name}:${target}`)).sort();

beforeAll(async () => {
  const configuration = readdirSync(root).filter((name) =>
    /^(nx|package|tsconfig\.(base|build\.base))\.json$|^pnpm-workspace|^(eslint|vitest)\./.test(name),
  );
  for (const path of [
    ...configuration,
    'tools/workspace/infer-targets.js',
    'tools/workspace/layers.js',
    'tools/workspace/fail-on-console.ts',
  ]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(root, path), join(folder, path));
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  mkdirSync(join(folder, 'packages/node_modules/@netwright'), { recursive: true });
  addPackage('ir', ['layer:language'], 'export const answer = 42;\n');
  const twice = "import { answer } from '@netwright/ir';\n\nexport const twice = 2 * answer;\n";
  addPackage('optim', ['layer:contract', 'contract:optim'], twice, ['ir']);
  const git = (...args: readonly string[]): Promise<string> =>
    runProgram('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: folder });
  write('.gitignore', 'node_modules\n.nx\ndist\n.results\n');
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '.');
  await git('commit', '--quiet', '--message=start');
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('nx', () => {
  it('infers every target, runs it, and takes everything from the cache the second time', async () => {
    const args = ['run-many', `--targets=${TARGETS.join(',')}`, '--parallel=2'];
    const first = await nx(...args);
    expect(first.failure).toBe('');
    expect(Object.keys(first.tasks).sort()).toEqual(all('ir', 'optim'));
    expect(new Set(Object.values(first.tasks))).toEqual(new Set(['success']));
    const second = await nx(...args);
    expect(Object.keys(second.tasks).sort()).toEqual(all('ir', 'optim'));
    expect(Object.values(second.tasks).filter((status) => !/^local-cache/.test(status))).toEqual([]);
  }, 300_000);

  it('runs, of a branch, what it changes and what depends on that', async () => {
    write('packages/optim/src/index.ts', 'export const twice = 84;\n');
    const { tasks, failure } = await nx('affected', `--targets=${TARGETS.join(',')}`, '--base=main');
    expect(failure).toBe('');
    // Builds of dependencies come along, from the cache.
    const ran = Object.keys(tasks).filter((task) => tasks[task] === 'success');
    expect(ran.sort()).toEqual(all('optim'));
  }, 300_000);

  it('fails the lint of an import against the layers, and says what the package may depend on', async () => {
    addPackage('optim-one', ['layer:plugin', 'kind:optim'], 'export const one = 1;\n');
    addPackage('optim-two', ['layer:plugin', 'kind:optim'], "export { one } from '@netwright/optim-one';\n", [
      'optim-one',
    ]);
    const { tasks, failure } = await nx('run-many', '--targets=lint', '--projects=@netwright/optim-two');
    expect(tasks).toEqual({ 'optim-two:lint': 'failure' });
    expect(failure).toContain(
      'A project tagged with "layer:plugin" and "kind:optim" can only depend on libs tagged with "layer:language", "contract:optim"',
    );
  }, 300_000);
});
