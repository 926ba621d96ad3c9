// nx plugin: gives every package its targets from the files it holds, so that no package lists any.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const name = 'infer-targets';

export const createNodes = [
  '{packages,tools}/*/package.json',
  (files, _options, { workspaceRoot }) =>
    files.map((file) => {
      const root = dirname(file);
      return [file, { projects: { [root]: { root, targets: targetsOf(join(workspaceRoot, root)) } } }];
    }),
];

/** Leaves the outcome of each task where `tools/setup/test.mjs` asked for it. */
export function postTasksExecution(_options, { taskResults }) {
  const report = process.env.NETWRIGHT_TASK_REPORT;
  if (report === undefined) return;
  const tasks = Object.values(taskResults ?? {}).map(({ task, status }) => ({
    project: task.target.project,
    target: task.target.target,
    root: task.projectRoot,
    status,
    seconds: ((task.endTime ?? 0) - (task.startTime ?? 0)) / 1000,
  }));
  writeFileSync(report, JSON.stringify(tasks));
}

function targetsOf(folder) {
  const targets = {};
  if (existsSync(join(folder, 'tsconfig.build.json'))) {
    targets.build = target('tsc -p tsconfig.build.json', {
      dependsOn: ['^build'],
      inputs: ['production', '^production'],
      outputs: ['{projectRoot}/dist'],
    });
  }
  if (existsSync(join(folder, 'tsconfig.json'))) {
    targets.lint = target('eslint .', { inputs: ['default', '^production', 'vitest', 'eslint'] });
    targets.typecheck = target('tsc -p tsconfig.json', { inputs: ['default', '^production', 'vitest'] });
  }
  // Suites of programs, and of several packages together, start what is built.
  const { bin, private: isPrivate } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const dependsOn = bin || isPrivate ? [{ target: 'build-all', projects: ['@netwright/workspace-rules'] }] : [];
  const tests = listFiles(join(folder, 'test'));
  if (tests.some((path) => path.endsWith('.test.ts') && !path.endsWith('.long.test.ts'))) {
    targets.test = suite('unit', { dependsOn });
  }
  if (tests.some((path) => path.endsWith('.long.test.ts'))) {
    targets['test-long'] = suite('long', { dependsOn, env: { NETWRIGHT_LONG_TESTS: '1' } });
  }
  return targets;
}

function suite(kind, { dependsOn, env }) {
  return target('vitest run --reporter=default --reporter=json', {
    dependsOn,
    inputs: ['default', '^production', 'vitest'],
    outputs: [`{projectRoot}/.results/${kind}.json`],
    env,
  });
}

function target(command, { env, ...settings }) {
  const options = { command, cwd: '{projectRoot}', ...(env && { env }) };
  return { executor: 'nx:run-commands', cache: true, options, ...settings };
}

function listFiles(folder) {
  return existsSync(folder) ? readdirSync(folder, { recursive: true }).map(String) : [];
}
