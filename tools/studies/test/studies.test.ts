// The studies of networks: their networks are what they claim to be, and their reports show what was recorded.

import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { costOfModel, sampleSpace } from '@netwright/search';
import { describe, expect, it } from 'vitest';
import { METHODS, SPACES, STUDIES, writeReports } from '../src/index.ts';
import { groupedNetwork, GROUPS } from '../src/sweeps/groups.ts';
import { equalMultipliers, scaledNetwork } from '../src/sweeps/scaling.ts';
import { BUDGET, spaceOf } from '../src/sweeps/spaces.ts';

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

describe('reports', () => {
  const place = mkdtempSync(path.join(tmpdir(), 'netwright-studies-'));
  const [out, data] = [path.join(place, 'out'), path.join(place, 'data')];

  it('of measured networks: means and ranges of repetitions, of what is there', async () => {
    mkdirSync(path.join(out, 'scaling-equal'), { recursive: true });
    const results = ['base', 'width', 'depth'].flatMap((mode, index) =>
      [0, 1].map((repeat) => ({
        configuration: { mode, phi: index, repeat },
        seed: repeat,
        outcome: {
          kind: 'done',
          result: { error: 0.2 - 0.01 * index + 0.002 * repeat, macs: 1e6 * (index + 1), parameters: 10 },
        },
      })),
    );
    const file = { name: 'scaling-equal', file: '', options: {}, target: 'cpu:wasm', trials: 9, results };
    writeFileSync(path.join(out, 'scaling-equal/results.json'), JSON.stringify(file));
    expect(await writeReports('scaling', out, data)).toEqual([
      path.join(data, 'scaling-equal.json'),
      path.join(out, 'scaling.html'),
    ]);
    const page = readFileSync(path.join(out, 'scaling.html'), 'utf8');
    expect(page).toContain('6 of 9 trials');
    expect(page).toContain(
      '<td>width phi=1</td><td>2,000,000</td><td>2.00</td><td>10</td><td>0.1910</td><td>0.1900</td><td>0.1920</td><td>2</td>',
    );
    expect(page).not.toMatch(/NaN|undefined|src=/);
  });

  it('of searches: one curve for each method', async () => {
    mkdirSync(path.join(out, 'nas'), { recursive: true });
    METHODS.forEach((method, index) => {
      for (const seed of [0, 1]) {
        const evaluations = [0.5, 0.6, 0.6].map((best) => ({ reward: best, best: best + 0.01 * index + 0.001 * seed }));
        const steps = method === 'controller' ? [{ reward: 0.5 }, { reward: 0.6 }] : [];
        writeFileSync(
          path.join(out, `nas/nas-${method}-${String(seed)}.json`),
          JSON.stringify({ method, seed, evaluations, steps }),
        );
      }
    });
    await writeReports('nas', out, data);
    const page = readFileSync(path.join(out, 'nas.html'), 'utf8');
    expect(page).toContain('<td>evolution</td><td>1</td><td>3</td><td>0.6110</td>');
    expect(page).not.toMatch(/NaN|undefined|src=/);
    expect(JSON.parse(readFileSync(path.join(data, 'nas.json'), 'utf8'))).toHaveLength(6);
  });
});
