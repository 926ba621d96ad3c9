// The plugins in `examples/`, on tarballs, in folders outside the repository.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installTarballs, packWorkspace, runProgram } from '@netwright/publishing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyExample, exampleNames, linkInstalled, manifestOf, runScript, temporaryFolder } from './outside.ts';

const { folder, remove } = temporaryFolder();
const plugins = join(folder, 'plugins');
const application = join(folder, 'application');
let tarballs: ReadonlyMap<string, string> = new Map();

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

interface Trained {
  readonly accuracy: number;
  readonly loss: number;
  readonly rates: readonly number[];
}

beforeAll(async () => {
  const names = [
    ...new Set(exampleNames.flatMap((example) => Object.keys(manifestOf(example).devDependencies))),
  ].filter((name) => name.startsWith('@netwright/'));
  tarballs = await packWorkspace({ packages: [...names, '@netwright/backend-gpujs'] });
  for (const example of exampleNames) copyExample(example, join(plugins, example));
  await installTarballs(plugins, names, { tarballs });
  linkInstalled(plugins, ['typescript', 'vitest', '@types/node']);
}, 300_000);

afterAll(remove);

it('there are five, each with what its user needs', () => {
  expect(exampleNames).toHaveLength(5);
  for (const example of exampleNames) {
    const readme = readFileSync(join(plugins, example, 'README.md'), 'utf8');
    for (const heading of ['What it is', 'Install', 'Use', 'Licence']) expect(readme).toContain(`\n## ${heading}\n`);
    expect(readme.startsWith(`# ${manifestOf(example).name}\n`)).toBe(true);
    expect(readFileSync(join(plugins, example, 'LICENSE'), 'utf8')).toContain('MIT');
    for (const range of Object.values(manifestOf(example).peerDependencies)) expect(range).toBe('>=0.1.0 <1');
  }
});

it(
  'their types and those of their tests are right, strictly and with the libraries checked',
  { timeout: 300_000 },
  async () => {
    const { compilerOptions } = JSON.parse(readFileSync(join(plugins, exampleNames[0], 'tsconfig.json'), 'utf8')) as {
      readonly compilerOptions: Readonly<Record<string, unknown>>;
    };
    expect(compilerOptions).toMatchObject({ strict: true, skipLibCheck: false });
    for (const example of exampleNames)
      expect(JSON.parse(readFileSync(join(plugins, example, 'tsconfig.json'), 'utf8'))).toMatchObject({
        compilerOptions,
      });
    const include = exampleNames.flatMap((example) => [`${example}/src`, `${example}/test`]);
    writeFileSync(join(plugins, 'tsconfig.json'), JSON.stringify({ compilerOptions, include }));
    await runScript(plugins, 'typescript/bin/tsc', ['-p', '.']);
  },
);

describe('their tests', () => {
  let report: Report = { testResults: [] };

  beforeAll(async () => {
    await runScript(plugins, 'vitest/vitest.mjs', ['run', '--reporter=json', '--outputFile=report.json']).catch(
      () => '',
    );
    report = JSON.parse(readFileSync(join(plugins, 'report.json'), 'utf8')) as Report;
  }, 300_000);

  it.each(exampleNames)('%s', (example) => {
    const own = report.testResults.filter(({ name }) => name.includes(`/${example}/`));
    const tests = own.flatMap(({ assertionResults }) => assertionResults);
    expect(tests.filter(({ status }) => status !== 'passed').map(({ fullName }) => fullName)).toEqual([]);
    expect(tests.length).toBeGreaterThan(5);
  });
});

it('an application trains with all of them, on every backend', { timeout: 300_000 }, async () => {
  mkdirSync(application);
  const packed = await Promise.all(
    exampleNames.map(async (example): Promise<[string, string]> => {
      const { name, version } = manifestOf(example);
      await runScript(plugins, 'typescript/bin/tsc', ['-p', `${example}/tsconfig.build.json`, '--skipLibCheck']);
      await runProgram('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: join(plugins, example) });
      return [name, join(folder, `${name}-${version}.tgz`)];
    }),
  );
  const all = new Map([...tarballs, ...packed]);
  const ours = ['train', 'backend-cpu', 'backend-reference', 'backend-gpujs'].map((name) => `@netwright/${name}`);
  await installTarballs(application, [...packed.map(([name]) => name), ...ours], { tarballs: all });
  linkInstalled(application, ['gpu.js']);
  writeFileSync(join(application, 'train.mjs'), readFileSync(new URL('../outside/application.mjs', import.meta.url)));
  const output = await runProgram(process.execPath, ['train.mjs'], { cwd: application });
  const { trained, looped, values } = JSON.parse(output) as {
    readonly trained: Trained;
    readonly looped: Trained;
    readonly values: Readonly<Record<string, readonly number[]>>;
  };
  expect(trained.accuracy).toBeGreaterThan(0.8);
  expect(trained.rates).toHaveLength(240);
  expect(trained.rates.slice(0, 2)).toEqual([0.001, 0.002]);
  // Three classes.
  expect(looped.loss).toBeLessThan(Math.log(3));
  expect(Object.keys(values)).toEqual(['reference', 'cpu', 'gpujs', 'loops', 'saved']);
  for (const [backend, received] of Object.entries(values))
    received.forEach((value, i) => {
      expect(Math.abs(value - values.reference[i]), `${backend} ${String(i)}`).toBeLessThan(1e-4);
    });
});
