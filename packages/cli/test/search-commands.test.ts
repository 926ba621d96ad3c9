// netwright space, nas and landscape in this process.

import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { runProgram } from './programs.ts';
import { runIn, TRAIN } from './session.ts';

const temporary = (): string => mkdtempSync(path.join(tmpdir(), 'netwright-space-'));

describe('netwright space', () => {
  it('samples a space within limits', async () => {
    const args = ['--count', '3', '--image-size', '28', '--channels', '1', '--classes', '10', '--stem-stride', '2'];
    const { code, out } = await runIn(
      '.',
      'space',
      'sample',
      'anynetx_e',
      ...args,
      '--max-width',
      '64',
      '--macs',
      '1e6..2e6',
      '--json',
    );
    expect(code).toBe(0);
    const { samples } = JSON.parse(out) as {
      readonly samples: readonly { readonly cost: { readonly macs: number } }[];
    };
    expect(samples).toHaveLength(3);
    for (const { cost } of samples) expect(cost.macs >= 1e6 && cost.macs <= 2e6).toBe(true);
    const table = await runIn('.', 'space', 'sample', 'cells', ...args);
    expect(table.out).toContain('0op1: identity, conv3x3');
    expect(table.out).toContain('3 of 3 candidates');
    expect(await runIn('.', 'space', 'sample', 'anynetx_f')).toMatchObject({
      code: 2,
      err: expect.stringContaining('anynetx_') as string,
    });
    expect((await runIn('.', 'space', 'sample', 'cells', '--macs', '5')).err).toContain('min..max');
  });

  it('shows and compares distributions of errors', async () => {
    const place = temporary();
    ['a', 'b'].forEach((name, shift) => {
      const results = Array.from({ length: 40 }, (_, depth) => ({
        configuration: { depth, kind: 'x' },
        seed: depth,
        outcome:
          depth === 7
            ? { kind: 'failed', code: 'train.nonFinite', message: '' }
            : { kind: 'done', result: { error: 0.1 + 0.1 * shift + depth / 500 } },
      }));
      writeFileSync(
        path.join(place, `${name}.json`),
        JSON.stringify({ name, file: '', options: {}, target: '', trials: 40, results }),
      );
    });
    const edf = await runIn(place, 'space', 'edf', 'a.json', 'b.json', '--out', 'page.html');
    expect(edf.code).toBe(0);
    expect(edf.out).toMatch(/a +39 +1 +0\.1000 +0\.1400/);
    const page = readFileSync(path.join(place, 'page.html'), 'utf8');
    expect(page).toContain('depth: best 0');
    expect(page).not.toMatch(/NaN|undefined/);
    const compared = await runIn(place, 'space', 'compare', 'a.json', 'b.json', '--json');
    const test = JSON.parse(compared.out) as {
      readonly statistic: number;
      readonly pValue: number;
      readonly sign: number;
    };
    expect(test.statistic).toBeGreaterThan(0.9);
    expect(test.pValue).toBeLessThan(1e-10);
    expect(test.sign).toBe(1);
    expect((await runIn(place, 'space', 'compare', 'a.json', 'a.json')).out).toContain('no difference is shown');
    expect((await runIn(place, 'space', 'edf', 'missing')).err).toContain('[sweep.results]');
  });
});

describe('netwright nas', () => {
  const FILE = 'packages/cli/test/sweeps/letters.mjs';

  it('searches with real workers, and trains nothing twice', async () => {
    const out = temporary();
    const args = ['nas', FILE, '--out', out, '--budget', '10', '--batch', '4', '--workers', '2'];
    const first = await runProgram(...args, '--method', 'evolution', '--seed', '3');
    expect(first.text).toContain('evolution: 10 networks, 10 of them trained now');
    const again = await runProgram(...args, '--method', 'evolution', '--seed', '3');
    expect(again.text).toContain('evolution: 10 networks, 0 of them trained now');
    const kept = JSON.parse(readFileSync(path.join(out, 'nas-evolution-3.json'), 'utf8')) as {
      readonly evaluations: readonly { readonly best: number }[];
    };
    expect(kept.evaluations).toHaveLength(10);
    const controller = await runProgram(...args, '--method', 'controller');
    expect(controller.code).toBe(0);
    expect(existsSync(path.join(out, 'nas-controller-0.json'))).toBe(true);
  });

  it('needs a file with a space', async () => {
    const out = temporary();
    const { code, text } = await runProgram('nas', 'packages/cli/test/sweeps/tiny.mjs', '--out', out);
    expect(code).toBe(1);
    expect(text).toContain('[nas.file]');
  });
});

describe('netwright landscape', () => {
  it('draws a trained model, and writes the numbers beside it', async () => {
    const place = temporary();
    expect((await runIn(place, ...TRAIN, '--name', 'a')).code).toBe(0);
    const args = [
      '--data',
      'halves',
      '--images',
      '16',
      '--points',
      '5',
      '--backend',
      'cpu:threads=1',
      '--out',
      'page.html',
    ];
    const { code, out } = await runIn(place, 'landscape', 'runs/a', ...args);
    expect(code).toBe(0);
    expect(out).toMatch(/tiny: \d+\.\d % of 9 points are not convex/);
    const page = readFileSync(path.join(place, 'page.html'), 'utf8');
    expect(page.match(/<svg/g)?.length).toBeGreaterThan(2);
    expect(page).not.toMatch(/NaN|undefined|src=/);
    const [file] = JSON.parse(readFileSync(path.join(place, 'page.json'), 'utf8')) as readonly {
      readonly surface: { readonly loss: readonly number[] };
    }[];
    expect(file.surface.loss).toHaveLength(25);
  });
});
