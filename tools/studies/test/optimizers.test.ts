import { cpu } from '@netwright/backend-cpu';
import { expect, test } from 'vitest';
import { studyOptimizers, tableOf } from '../src/index.ts';

test('a small study: the best learning rate is chosen, one that diverges is survived', async () => {
  const backend = cpu({ threads: 1 });
  const runs: string[] = [];
  const [row, ...others] = await studyOptimizers({
    backend,
    optimizers: ['momentum'],
    steps: 40,
    batchSize: 32,
    seeds: 1,
    learningRates: [1e-6, 0.05, 1e38],
    evaluated: 256,
    onRun: (text) => runs.push(text),
  });
  await backend.dispose();
  expect(others).toEqual([]);
  expect(row).toMatchObject({ optimizer: 'momentum', lr: 0.05 });
  expect(row.runs).toHaveLength(1);
  for (const { accuracy } of row.runs) expect(accuracy).toBeGreaterThan(0.25);
  expect(runs).toHaveLength(4);
  expect(runs[2]).toContain('loss Infinity, accuracy 0.0000');
  expect(tableOf([row]).split('\n')[2]).toMatch(
    /^\| momentum \| 0\.05 \| 0\.\d{4} ± 0\.\d{4} \| \d\.\d{4} ± \d\.\d{4} \|$/,
  );
});

test('rates beyond the best one are tried while they are better', async () => {
  const backend = cpu({ threads: 1 });
  const runs: string[] = [];
  const [row] = await studyOptimizers({
    backend,
    optimizers: ['momentum'],
    steps: 20,
    batchSize: 32,
    seeds: 1,
    learningRates: [0.001],
    evaluated: 256,
    onRun: (text) => runs.push(text),
  });
  await backend.dispose();
  expect(row.lr).toBeGreaterThan(0.001);
  expect(runs.slice(0, 3).map((text) => text.split(':')[0])).toEqual([
    'momentum lr 0.001',
    'momentum lr 0.003',
    'momentum lr 0.009',
  ]);
});
