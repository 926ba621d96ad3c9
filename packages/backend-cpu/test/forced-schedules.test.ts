// Whole programs with each schedule forced, on 1, 2 and 3 threads: equal bits, right results, and the report names what ran.

import { afterAll, describe, expect, test } from 'vitest';

import { compile } from '@netwright/compiler';

import { scheduledCpu } from '../src/cpu.ts';
import type { ScheduleOptions } from '../src/schedule/passes.ts';
import { contractionCase, kinds, type Contraction, type ContractionKind } from './random-contractions.ts';
import { relativeError } from './run-kernels.ts';

const plain: Contraction = {
  batch: 2,
  groups: 1,
  inChannels: 24,
  outChannels: 40,
  size: [14, 11],
  kernel: [3, 3],
  stride: [1, 1],
  dilation: [1, 1],
  padding: [1, 1, 1, 1],
};

interface ForcedCase {
  readonly name: string;
  readonly contraction: Contraction;
  readonly schedule: Omit<ScheduleOptions, 'precision'>;
  /** What reports must name, by kind of contraction. */
  readonly names: Readonly<Record<ContractionKind, readonly string[]>>;
}

const same = (...names: readonly string[]): ForcedCase['names'] => ({
  forward: names,
  'input gradient': names,
  'weight gradient': names,
});

const tiles = (variant: string): ForcedCase['names'] => {
  const filters = ['tiles', 'filters', 'products', 'outputs'].map((part) => `${variant} ${part}`);
  const taps = ['tiles', 'gradients', 'products', 'taps'].map((part) => `${variant} ${part}`);
  return { forward: filters, 'input gradient': filters, 'weight gradient': taps };
};

const cases: readonly ForcedCase[] = [
  { name: 'direct', contraction: plain, schedule: { windows: 'direct' }, names: same('direct') },
  ...(['2x2', '2x4', '4x4'] as const).map((windows) => ({
    name: `F(${windows})`,
    contraction: plain,
    schedule: { windows },
    names: tiles(`F(${windows},3x3)`),
  })),
  {
    name: 'F(2x2) in groups, with odd channels',
    contraction: { ...plain, groups: 3, inChannels: 7, outChannels: 19 },
    schedule: { windows: '2x2' },
    names: tiles('F(2x2,3x3)'),
  },
  {
    name: 'odd channels',
    contraction: { ...plain, inChannels: 17, outChannels: 23 },
    schedule: { windows: 'direct' },
    names: same('direct'),
  },
  {
    name: 'phases',
    contraction: { ...plain, stride: [2, 3] },
    schedule: {},
    names: { ...same('direct'), 'input gradient': ['phase', 'direct'] },
  },
  {
    name: 'depthwise',
    contraction: { ...plain, groups: 21, inChannels: 1, outChannels: 1 },
    schedule: {},
    names: { ...same('window'), 'weight gradient': ['taps'] },
  },
  {
    name: 'split reduction',
    contraction: {
      ...plain,
      batch: 3,
      inChannels: 300,
      outChannels: 3,
      size: [5, 7],
      kernel: [1, 1],
      padding: [0, 0, 0, 0],
    },
    schedule: {},
    names: { forward: ['split reduction'], 'input gradient': ['direct'], 'weight gradient': ['direct'] },
  },
  {
    name: '1x1, panels',
    contraction: { ...plain, batch: 4, inChannels: 64, outChannels: 64, kernel: [1, 1], padding: [0, 0, 0, 0] },
    schedule: {},
    names: { forward: ['panels', 'direct'], 'input gradient': ['panels', 'direct'], 'weight gradient': ['direct'] },
  },
];

describe.each(cases)('$name', ({ contraction, schedule, names }) => {
  const backends = [1, 2, 3].map((threads) => scheduledCpu({ target: 'wasm', threads }, schedule));
  afterAll(() => Promise.all(backends.map((backend) => backend.dispose())));

  test.each(kinds)('%s', async (kind) => {
    const { graph, inputs, shapes, expected } = contractionCase(contraction, kind, 5);
    const tensors = Object.fromEntries(
      Object.entries(inputs).map(([name, data]) => [name, { dtype: 'f32' as const, shape: shapes[name] ?? [], data }]),
    );
    const results: Float32Array[] = [];
    for (const backend of backends) {
      const executable = await compile(graph, backend);
      const schedules = executable.report.kernels.map((kernel) => kernel.schedule);
      for (const name of names[kind])
        expect(
          schedules.some((one) => one.split(', ').includes(name)),
          `${name} in ${schedules.join(' | ')}`,
        ).toBe(true);
      const { y } = await executable.run(tensors);
      results.push(Float32Array.from(y?.data ?? []));
      await executable.dispose();
    }
    const [first = new Float32Array(), ...others] = results;
    expect(relativeError(first, expected)).toBeLessThan(schedule.windows === '4x4' ? 3e-5 : 2e-6);
    for (const other of others) expect(other).toEqual(first);
  });
});
