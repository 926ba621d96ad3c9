// Users' folders outside the repository, with nothing but tarballs, installed without scripts.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installTarballs, packWorkspace, root, runProgram } from '@netwright/publishing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const folders: string[] = [];
const emptyFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'netwright-consumer-'));
  folders.push(folder);
  return folder;
};
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const own = (folder: string): readonly string[] => readdirSync(join(folder, 'node_modules/@netwright')).sort();

let tarballs: ReadonlyMap<string, string>;
beforeAll(async () => {
  tarballs = await packWorkspace();
}, 300_000);

describe("the README's example", () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const example = /^## In code\n+```ts\n(.*?)^```$/ms.exec(readme)?.[1] ?? '';
  const imported = [...example.matchAll(/from '(@netwright\/[\w-]+)/g)].map(([, name]) => name);
  const folder = emptyFolder();
  const prediction = `
const probabilities = await result.trainer.predict(new Float32Array(28 * 28));
const numbers: number[] = [...probabilities];
console.log(JSON.stringify({ test: result.test, numbers }));
`;

  beforeAll(() => installTarballs(folder, imported, { tarballs }), 300_000);

  it('type-checks, strictly and with the declarations of every library', async () => {
    expect(imported.length).toBeGreaterThan(4);
    writeFileSync(join(folder, 'example.ts'), example + prediction);
    const compilerOptions = {
      ...{ strict: true, skipLibCheck: false, noEmit: true, types: [] },
      ...{ target: 'ES2022', lib: ['ES2022', 'DOM'], module: 'nodenext' },
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['example.ts'] }));
    await runProgram(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], { cwd: folder });
  }, 120_000);

  it('trains and predicts', async () => {
    const shortened = example.replace('mnist()', 'mnist({ limit: { train: 6000, test: 500 } })');
    expect(shortened).not.toBe(example);
    const javaScript = (shortened + prediction).replace(': number[]', '');
    writeFileSync(join(folder, 'example.mjs'), javaScript);
    const printed = await runProgram(process.execPath, ['example.mjs'], { cwd: folder });
    const { test, numbers } = JSON.parse(printed.trim().split('\n').at(-1) ?? '') as {
      readonly test: { readonly accuracy: number };
      readonly numbers: readonly number[];
    };
    expect(test.accuracy).toBeGreaterThan(0.8);
    expect(numbers).toHaveLength(10);
    expect(numbers.every(Number.isFinite)).toBe(true);
  }, 120_000);
});

describe('one optimizer alone', () => {
  const folder = emptyFolder();
  beforeAll(() => installTarballs(folder, ['@netwright/optim-adam'], { tarballs }), 300_000);

  it('brings its contract and the language, no backend, and nothing of others', () => {
    expect(own(folder)).toEqual(['ir', 'optim', 'optim-adam']);
    expect(readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['@netwright']);
  });

  it('builds an update', async () => {
    writeFileSync(
      join(folder, 'use.mjs'),
      `import { adam } from '@netwright/optim-adam';\nprocess.stdout.write(adam({ lr: 0.5 }).name);`,
    );
    expect(await runProgram(process.execPath, ['use.mjs'], { cwd: folder })).toBe('adam');
  });
});

describe('everything at once', () => {
  const folder = emptyFolder();
  beforeAll(() => installTarballs(folder, [...tarballs.keys()], { tarballs }), 300_000);

  /** Every package below `modules`, nested ones too. */
  function installed(modules: string): readonly string[] {
    if (!existsSync(modules)) return [];
    const names = readdirSync(modules).filter((name) => !name.startsWith('.'));
    const packages = names.flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(modules, name)).map((inner) => `${name}/${inner}`) : [name],
    );
    return packages
      .map((name) => join(modules, name))
      .flatMap((path) => [path, ...installed(join(path, 'node_modules'))]);
  }

  it('has no script that runs at install time, and nothing that npm would compile', () => {
    const packages = installed(join(folder, 'node_modules'));
    expect(packages.length).toBeGreaterThan(60);
    const offenders = packages.filter((path) => {
      const { scripts = {} } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as {
        readonly scripts?: Readonly<Record<string, string>>;
      };
      const runs = ['preinstall', 'install', 'postinstall'].some((name) => name in scripts);
      return runs || existsSync(join(path, 'binding.gyp'));
    });
    expect(offenders).toEqual([]);
  });

  it('has one copy of each package', () => {
    const below = `${join(folder, 'node_modules')}/`;
    const copies = installed(join(folder, 'node_modules')).filter((path) =>
      tarballs.has(path.replace(/^.*node_modules\//, '')),
    );
    expect(copies.map((path) => path.slice(below.length)).sort()).toEqual([...tarballs.keys()].sort());
  });

  it('answers on the command line', async () => {
    const command = join(folder, 'node_modules/.bin/netwright');
    expect(await runProgram(command, ['summary', 'resnet18'], { cwd: folder })).toContain('11,689,512');
  });
});
