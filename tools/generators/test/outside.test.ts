// Every kind as its author gets it: outside the repository, with packages from tarballs.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KIND_NAMES, type Kind } from 'create-netwright';
import { beforeAll, describe, expect, it } from 'vitest';
import { filesOf, installForAll, NAME, runInstalled, temporaryFolder, write } from './outside.ts';

const folder = temporaryFolder();

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

let results: Results;

beforeAll(async () => {
  await installForAll(folder);
  for (const kind of KIND_NAMES) {
    const files = filesOf(kind);
    write(join(folder, kind), files);
    const [path, from, to] = FAULTS[kind];
    const text = files.get(path);
    if (text?.split(from).length !== 2) throw new RangeError(`${kind} has no "${from}" to change`);
    write(join(folder, `${kind}-with-a-fault`), new Map([...files, [path, text.replace(from, to)]]));
  }
  const report = join(folder, 'results.json');
  const ended = await runInstalled(folder, 'vitest/vitest.mjs', [
    'run',
    '--reporter=json',
    `--outputFile=${report}`,
  ]).catch((error: unknown) => String(error));
  if (!existsSync(report)) throw new Error(ended);
  results = JSON.parse(readFileSync(report, 'utf8')) as Results;
}, 600_000);

function statuses(name: string): { readonly passed: readonly string[]; readonly failed: readonly string[] } {
  const tests = results.testResults
    .filter((file) => file.name.includes(`/${name}/`))
    .flatMap((file) => file.assertionResults);
  const of = (status: string): readonly string[] =>
    tests.filter((one) => one.status === status).map((one) => one.fullName);
  return { passed: of('passed'), failed: tests.filter((one) => one.status !== 'passed').map((one) => one.fullName) };
}

describe.each(KIND_NAMES)('%s', (kind) => {
  it('passes its tests untouched', () => {
    const { passed, failed } = statuses(kind);
    expect(failed).toEqual([]);
    expect(passed.length).toBeGreaterThan(kind === 'backend' ? 500 : 0);
  });

  it('fails them with a fault', () => {
    expect(statuses(`${kind}-with-a-fault`).failed.join('\n')).toMatch(FAULTS[kind][3]);
  });

  it('passes the type check, strict and with all declarations checked', async () => {
    const printed = await runInstalled(folder, 'typescript/bin/tsc', ['--skipLibCheck', 'false'], join(folder, kind));
    expect(printed).toBe('');
  }, 300_000);
});
