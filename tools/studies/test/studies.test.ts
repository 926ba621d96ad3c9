// The studies of networks: their networks are what they claim to be, and their reports show what was recorded.

import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { costOfModel, sampleSpace } from '@netwright/search';
import { describe, expect, it } from 'vitest';
import { markdownOf, METHODS, reportOf, SPACES, STUDIES, writeReport } from '../src/index.ts';
import { CELLS } from '../src/sweeps/cells.ts';
import fashionConfig from '../src/sweeps/fashion-14.ts';
import { groupedNetwork, GROUPS } from '../src/sweeps/groups.ts';
import { equalMultipliers, scaledNetwork } from '../src/sweeps/scaling.ts';
import { BUDGET, spaceOf } from '../src/sweeps/spaces.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

describe('spaces', () => {
  it.each(SPACES.map((name) => [name]))('%s has networks within the budget', (name) => {
    const space = spaceOf(name);
    const { samples } = sampleSpace(space, { count: 3, seed: 1, limits: { macs: BUDGET } });
    for (const { configuration, cost } of samples) {
      expect(costOfModel(space.decode(configuration))).toEqual(cost);
      expect(cost.macs >= BUDGET[0] && cost.macs <= BUDGET[1]).toBe(true);
    }
  });
});

it('scaling keeps the rule of 2^phi within 10 %, in every way', () => {
  const base = costOfModel(scaledNetwork({ width: 1, depth: 1, resolution: 1 })).macs;
  for (const phi of [1, 2]) {
    for (const [mode, multipliers] of Object.entries(equalMultipliers(phi))) {
      const ratio = costOfModel(scaledNetwork(multipliers)).macs / base / 2 ** phi;
      expect(Math.abs(ratio - 1), `${mode}, phi ${String(phi)}`).toBeLessThan(0.1);
    }
  }
});

it('more groups cost the same within 7 %', () => {
  const macs = GROUPS.map((groups) => costOfModel(groupedNetwork(groups)).macs);
  expect(Math.max(...macs) / Math.min(...macs)).toBeLessThan(1.07);
});

describe('commands', () => {
  it('pass on what is asked for', () => {
    const options = { out: '/out', workers: 3, samples: 7, limit: 2 };
    const spaces = STUDIES.spaces(options);
    expect(spaces).toHaveLength(7);
    expect(spaces[5].slice(2)).toEqual([
      '--out',
      '/out/spaces-regnet',
      '--workers',
      '3',
      '--limit',
      '2',
      '--set',
      'space=regnet',
      'samples=7',
    ]);
    expect(STUDIES.nas(options)).toHaveLength(9);
    expect(STUDIES.nas(options)[4].slice(4)).toEqual(
      '--method evolution --seed 1 --budget 7 --batch 4 --workers 3 --controller-lr 0.02'.split(' '),
    );
    expect(STUDIES.surfaces(options).at(-1)).toContain('/out/surface-cifar_plain56');
  });
});

it('surfaces are drawn of networks and data of 14 x 14 pixels', async () => {
  const { fashion14 } = fashionConfig.plugins?.datasets ?? {};
  const { train, test } = await fashion14({ images: 3, tested: 2 } as never).load();
  expect([train.length, test.length, train.shape]).toEqual([3, 2, [1, 14, 14]]);
});

describe('reports', () => {
  const place = mkdtempSync(path.join(tmpdir(), 'netwright-studies-'));
  const places = { out: path.join(place, 'out'), data: path.join(place, 'data'), pictures: path.join(place, 'images') };
  const { out, data, pictures } = places;
  const outcome = (error: number, macs: number): object => ({
    kind: 'done',
    result: { error, macs, parameters: 10, loss: 1 / 3 },
  });
  const writeSweep = (name: string, results: readonly object[], trials: number): void => {
    mkdirSync(path.join(out, name), { recursive: true });
    const file = { name, file: '', options: {}, target: 'cpu:wasm', trials, results };
    writeFileSync(path.join(out, name, 'results.json'), JSON.stringify(file));
  };
  /** Cells of all tables, a row on a line. */
  const rowsOf = (study: string): readonly string[] => {
    const page = readFileSync(path.join(out, `${study}.html`), 'utf8');
    expect(/NaN|undefined|Infinity|src=/.exec(page)).toBeNull();
    const rows = readFileSync(path.join(out, `${study}.md`), 'utf8').split('\n');
    return rows.map((row) => row.replaceAll(/ +/g, ' '));
  };

  it('of measured networks: means and ranges of repetitions, of what is there', async () => {
    const results = ['base', 'width', 'depth'].flatMap((mode, index) =>
      [0, 1].map((repeat) => ({
        configuration: { mode, phi: index, width: 1.25 ** index, depth: 1, resolution: 1, repeat },
        seed: repeat,
        outcome: outcome(0.2 - 0.01 * index + 0.002 * repeat, 1e6 * (index + 1)),
      })),
    );
    writeSweep('scaling-equal', results, 9);
    expect(await writeReport('scaling', places)).toEqual([
      path.join(data, 'scaling-equal.json'),
      path.join(pictures, 'study-scaling-equal.svg'),
      path.join(out, 'scaling.html'),
      path.join(out, 'scaling.md'),
    ]);
    expect(readFileSync(path.join(data, 'scaling-equal.json'), 'utf8')).toContain('"loss":0.333333}');
    expect(readFileSync(path.join(out, 'scaling.html'), 'utf8').includes('6 of 9 trials')).toBe(true);
    const [header, , , row] = rowsOf('scaling');
    expect(header).toBe(
      '| mode | phi | width | depth | resolution | multiply-adds | of the first | parameters | error in % | range | runs |',
    );
    expect(row).toBe('| width | 1 | 1.25 | 1 | 1 | 2,000,000 | 2.00 | 10 | 19.1 | 19.0 .. 19.2 | 2 |');
  });

  it('of spaces: how each is distributed, and differs from the one before', async () => {
    for (const [space, best] of [
      ['a', 0.3],
      ['b', 0.2],
    ] as const) {
      const errors = Array.from({ length: 20 }, (_, index) => best + 0.01 * index);
      const results = errors.map((error, d) => ({
        configuration: { d: d + 4 },
        seed: d,
        outcome: outcome(error, 1e6),
      }));
      const failed = { configuration: { d: 24 }, seed: 20, outcome: { kind: 'failed', code: 'train.nonFinite' } };
      writeSweep(`spaces-${space}`, [...results, failed], 500);
    }
    await writeReport('spaces', places);
    expect(rowsOf('spaces')[3]).toMatch(
      /^\| spaces-b \| 20 of 500 \| 1 \| 20\.0 \| 20\.0 \.\. 2\d\.\d \| 29\.5 \| 2\d\.\d \.\. 3\d\.\d \|$/,
    );
    expect(rowsOf('spaces')).toContain('| spaces-b | 21.0 (3) | 24.0 (3) | 27.0 (3) | 30.5 (4) |');
    // Ten of twenty of b are below all of a.
    expect(rowsOf('spaces')).toContain('| spaces-a, spaces-b | 0.500 | 29.0 | spaces-b | 0.0123 |');
  });

  it('of searches: one curve for each method, and the front of all networks', async () => {
    mkdirSync(path.join(out, 'nas'), { recursive: true });
    const { samples } = sampleSpace(CELLS, { count: 4, seed: 1 });
    METHODS.forEach((method, index) => {
      for (const seed of [0, 1]) {
        const evaluations = samples.map(({ configuration }, at) => ({
          configuration,
          reward: 0.5 + 0.01 * at + 0.02 * index + 0.001 * seed,
        }));
        const steps = method === 'controller' ? [{ reward: 0.5 }, { reward: 0.6 }] : [];
        writeFileSync(
          path.join(out, `nas/nas-${method}-${String(seed)}.json`),
          JSON.stringify({ method, seed, evaluations, steps }),
        );
      }
    });
    await writeReport('nas', places);
    expect(rowsOf('nas')).toContain('| evolution | 2 | 4 | 52.0 | 53.0 | 55.0 | 55.0 .. 55.1 | 53.5 |');
    const kept = JSON.parse(readFileSync(path.join(data, 'nas.json'), 'utf8')) as readonly object[];
    expect(kept).toHaveLength(6);
    expect(kept[0]).toMatchObject({ macs: samples.map(({ cost }) => cost.macs), updates: [0.5, 0.6] });
  });

  it('of surfaces: side by side', async () => {
    const surface = { points: 5, range: 1, loss: Array.from({ length: 25 }, (_, at) => 1 + Math.abs(at - 12)) };
    const roughness = { nonConvex: 0.25, points: 9, notFinite: 0 };
    const made = ['skip', 'plain'].map((model) => ({ model, data: 'x', images: 64, seed: 0, surface, roughness }));
    writeFileSync(path.join(out, 'landscapes.json'), JSON.stringify(made));
    for (const { model } of made) {
      mkdirSync(path.join(out, `surface-${model}`), { recursive: true });
      const events = [
        { kind: 'epoch', accuracy: 0.1 },
        { kind: 'test', accuracy: 0.75 },
      ];
      writeFileSync(
        path.join(out, `surface-${model}`, 'metrics.jsonl'),
        `${events.map((event) => JSON.stringify(event)).join('\n')}\n`,
      );
    }
    await writeReport('surfaces', places);
    expect(rowsOf('surfaces')).toContain('| plain | 75.0 | 1.000 | 13.0 | 25.0 | 9 |');
  });

  it.each(Object.keys(STUDIES).map((study) => [study]))('the documentation has the tables of %s', async (study) => {
    const sections = await reportOf(study, path.join(root, 'tools/studies/data'));
    expect(sections).not.toHaveLength(0);
    const text = readFileSync(path.join(root, 'docs/studies.md'), 'utf8');
    for (const { name, picture, table } of sections) {
      if (table !== undefined) expect(text).toContain(`\n\n${markdownOf(table)}\n`);
      if (picture !== undefined) expect(text).toContain(`](images/study-${name}.svg)`);
    }
  });
});
