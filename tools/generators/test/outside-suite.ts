// The suite of kinds as their authors get them: outside the repository, with packages from tarballs.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KINDS, OUTSIDE_VERSIONS, type Kind } from 'create-netwright';
import { installTarballs, packWorkspace } from '@netwright/publishing';
import { beforeAll, describe, expect, it } from 'vitest';
import { filesOf, NAME, runInstalled, temporaryFolder, write } from './outside.ts';

/** A fault in the source of each kind, and the test that must notice. */
const FAULTS: Readonly<Record<Kind, readonly [path: string, from: string, to: string, noticed: RegExp]>> = {
  optimizer: [`src/${NAME}.ts`, 'sub(param, step)', 'add(param, step)', /quadratic below a tenth/],
  architecture: [`src/${NAME}.ts`, 'kernel: 3, stride: 2', 'kernel: 5, stride: 2', /parameters/],
  backend: ['src/executable.ts', 'if (this.writesStore) store.version++;', '', /version|prepared|training/],
  function: [`src/${NAME}.ts`, 'mul(g, add(gate, slope))', 'mul(g, sub(gate, slope))', /expansion/],
  data: [
    `src/${NAME}.ts`,
    'labels[Math.floor(at / size)] === 0',
    'labels[Math.floor(at / size) % 3] === 0',
    /nearest class mean/,
  ],
  application: ['src/train-photos.ts', 'lr: 2e-3', 'lr: 0', /learns two kinds of photos/],
};

interface Results {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** Declares that packages of `kinds` pass their tests and the type check untouched, and fail with a fault; everything is installed once for all of them. */
export function testOutside(kinds: readonly Kind[]): void {
  const folder = temporaryFolder();
  let results: Results;

  const statuses = (name: string): { readonly passed: readonly string[]; readonly failed: readonly string[] } => {
    const tests = results.testResults
      .filter((file) => file.name.includes(`/${name}/`))
      .flatMap((file) => file.assertionResults);
    return {
      passed: tests.filter(({ status }) => status === 'passed').map(({ fullName }) => fullName),
      failed: tests.filter(({ status }) => status !== 'passed').map(({ fullName }) => fullName),
    };
  };

  beforeAll(async () => {
    const names = [...new Set(kinds.flatMap((kind) => [...KINDS[kind].uses, ...KINDS[kind].usedInTests]))];
    const packages = names.map((name) => `@netwright/${name}`);
    await installTarballs(folder, packages, { tarballs: await packWorkspace({ packages }), outside: OUTSIDE_VERSIONS });
    for (const kind of kinds) {
      const files = filesOf(kind);
      write(join(folder, kind), files);
      const [path, from, to] = FAULTS[kind];
      const text = files.get(path);
      if (text?.split(from).length !== 2) throw new RangeError(`${kind} has no "${from}" to change`);
      write(join(folder, `${kind}-with-a-fault`), new Map([...files, [path, text.replace(from, to)]]));
    }
    const report = join(folder, 'results.json');
    const args = ['run', '--reporter=json', `--outputFile=${report}`];
    const ended = await runInstalled(folder, 'vitest/vitest.mjs', args).catch((error: unknown) => String(error));
    if (!existsSync(report)) throw new Error(ended);
    results = JSON.parse(readFileSync(report, 'utf8')) as Results;
  }, 900_000);

  describe.each(kinds)('%s', (kind) => {
    it('passes its tests untouched', () => {
      const { passed, failed } = statuses(kind);
      expect(failed).toEqual([]);
      expect(passed.length).toBeGreaterThan(kind === 'backend' ? 500 : 0);
    });

    it('fails them with a fault', () => {
      expect(statuses(`${kind}-with-a-fault`).failed.join('\n')).toMatch(FAULTS[kind][3]);
    });
  });

  it('all pass the type check, strict and with all declarations checked', async () => {
    const { compilerOptions } = JSON.parse(filesOf(kinds[0]).get('tsconfig.json') ?? '') as {
      readonly compilerOptions: object;
    };
    const include = kinds.flatMap((kind) => [`${kind}/src`, `${kind}/test`]);
    const project = { compilerOptions: { ...compilerOptions, skipLibCheck: false }, include };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(project));
    expect(await runInstalled(folder, 'typescript/bin/tsc', [])).toBe('');
  }, 600_000);
}
