// The suite of kinds as their authors get them: outside the repository, with packages from tarballs.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KINDS, OUTSIDE_VERSIONS, type Kind } from 'create-netwright';
import { installTarballs, packWorkspace } from '@netwright/publishing';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  filesOf,
  NAME,
  runInstalled,
  runVitest,
  temporaryFolder,
  write,
  type Outcome,
  type Results,
} from './outside.ts';

/** What is changed in the source of a kind, which tests must notice, and what the first of them must say. */
interface Fault {
  readonly path: string;
  readonly from: string;
  readonly to: string;
  readonly noticed: RegExp;
  readonly says: RegExp;
}

/** Forgets all guards, so that windows read beside the image. */
const UNPADDED = `[{
  name: 'unpadded',
  requires: 'kernels',
  guarantees: 'no guards',
  run: (program) => {
    const strip = (x) =>
      Array.isArray(x) ? x.map(strip)
      : typeof x !== 'object' || x === null ? x
      : Object.fromEntries(Object.entries(x).map(([key, value]) => [key, key === 'guards' ? [] : strip(value)]));
    return { ...program, kernels: strip(program.kernels) };
  },
}]`;

const FAULTS: Readonly<Record<Kind, Fault>> = {
  // The wrong sign.
  optimizer: {
    path: `src/${NAME}.ts`,
    from: 'sub(param, step)',
    to: 'add(param, step)',
    noticed: /quadratic below a tenth/,
    says: /\(value after 100 steps\): expected below \S+, received .*run it alone with/s,
  },
  // The wrong shape.
  architecture: {
    path: `src/${NAME}.ts`,
    from: 'out: options.classes',
    to: 'out: options.classes + 1',
    noticed: /builds a valid graph/,
    says: /\(first output, in fc, at type\): expected "f32\[N, \d+\]", received "f32\[N, \d+\]".*run it alone with/s,
  },
  // A lowering that ignores padding.
  backend: {
    path: `src/${NAME}.ts`,
    from: 'readonly SchedulePass[] = []',
    to: `readonly SchedulePass[] = ${UNPADDED}`,
    noticed: /conv2d/,
    says: /a load of b\d+: .*axis \d has length \d+.*run it alone with/s,
  },
  // A missing gradient.
  function: {
    path: `src/${NAME}.ts`,
    from: 'return [mul(g, add(gate, slope))]',
    to: 'return [undefined]',
    noticed: /derivatives of its expansion/,
    says: /\(its own gradient against its expansion's, output \w+\): expected \S+ within \S+, received 0;.*run it alone with/s,
  },
  data: {
    path: `src/${NAME}.ts`,
    from: 'labels[Math.floor(at / size)] === 0',
    to: 'labels[Math.floor(at / size) % 3] === 0',
    noticed: /nearest class mean/,
    says: /expected \+?\d to be \+?\d/,
  },
  application: {
    path: 'src/train-photos.ts',
    from: 'lr: 2e-3',
    to: 'lr: 0',
    noticed: /learns two kinds of photos/,
    says: /to be less than/,
  },
};

/** Declares that packages of `kinds` pass their tests and the type check untouched, and fail with a fault; everything is installed once for all of them. */
export function testOutside(kinds: readonly Kind[]): void {
  const folder = temporaryFolder();
  let results: Results;

  const of = (name: string, outcomes: readonly Outcome[]): readonly Outcome[] =>
    outcomes.filter(({ file }) => file.startsWith(`${name}/`));

  beforeAll(async () => {
    const names = [...new Set(kinds.flatMap((kind) => [...KINDS[kind].uses, ...KINDS[kind].usedInTests]))];
    const packages = names.map((name) => `@netwright/${name}`);
    await installTarballs(folder, packages, { tarballs: await packWorkspace({ packages }), outside: OUTSIDE_VERSIONS });
    for (const kind of kinds) {
      const files = filesOf(kind);
      write(join(folder, kind), files);
      const { path, from, to } = FAULTS[kind];
      const text = files.get(path);
      if (text?.split(from).length !== 2) throw new RangeError(`${kind} has no "${from}" to change`);
      write(join(folder, `${kind}-with-a-fault`), new Map([...files, [path, text.replace(from, to)]]));
    }
    results = await runVitest(folder);
  }, 900_000);

  describe.each(kinds)('%s', (kind) => {
    it('passes its tests untouched', () => {
      expect(of(kind, results.failures)).toEqual([]);
      expect(of(kind, results.passed).length).toBeGreaterThan(kind === 'backend' ? 500 : 0);
    });

    it('fails them with a fault, and says which', () => {
      const { noticed, says } = FAULTS[kind];
      const failures = of(`${kind}-with-a-fault`, results.failures).filter(({ title }) => noticed.test(title));
      expect(failures.length).toBeGreaterThan(0);
      expect(failures[0].message).toMatch(says);
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
