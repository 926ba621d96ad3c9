// nx plugin: gives every package its targets from the files it holds, so that no package lists any.
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Results of a suite, as vitest's JSON reporter writes them; read by `tools/setup/test.mjs`. */
export const resultsFolder = '.results';

export const createNodesV2 = [
  '{packages,tools}/*/package.json',
  (files, _options, { workspaceRoot }) =>
    files.map((file) => {
      const root = dirname(file);
      return [file, { projects: { [root]: { root, targets: targetsOf(join(workspaceRoot, root)) } } }];
    }),
];

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
    targets.typecheck = target('tsc -p tsconfig.json', { inputs: ['default', '^production', 'vitest'] });
    targets.lint = target('eslint .', { inputs: ['default', '^production', 'vitest', 'eslint'] });
  }
  const tests = listFiles(join(folder, 'test'));
  if (tests.some((path) => /\.test(-d)?\.ts$/.test(path) && !path.endsWith('.long.test.ts'))) {
    targets.test = suite('unit');
  }
  if (tests.some((path) => path.endsWith('.long.test.ts'))) {
    targets['test-long'] = suite('long', { NETWRIGHT_LONG_TESTS: '1' });
  }
  return targets;
}

function suite(name, env = {}) {
  const results = `${resultsFolder}/${name}.json`;
  return target(`vitest run --reporter=dot --reporter=json --outputFile.json=${results}`, {
    inputs: ['default', '^production', 'vitest'],
    outputs: [`{projectRoot}/${results}`],
    env,
  });
}

function target(command, { env, ...settings }) {
  return { executor: 'nx:run-commands', cache: true, options: { command, cwd: '{projectRoot}', ...(env && { env }) }, ...settings };
}

function listFiles(folder) {
  return existsSync(folder) ? readdirSync(folder, { recursive: true }).map(String) : [];
}
