// Sweeps in one process: files, trials, outcomes and what is kept on disk.

import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { NetwrightError } from '@netwright/ir';
import { reference } from '@netwright/backend-reference';
import { describe, expect, it } from 'vitest';
import { defineSweep, sweepOf, type Outcome, type SweepDefinition, type TrialRecord } from '../src/index.ts';
import {
  canonicalText,
  hashSweep,
  loadSweep,
  openSweep,
  openSweepDirectory,
  readResults,
  requireSameHash,
  runSweep,
  runTrial,
  serveTrials,
  trialOf,
  trialsOf,
  type FromWorker,
  type ServedProcess,
  type SweepIdentity,
  type ToWorker,
  type TrialRunner,
} from '../src/node/index.ts';

const temporary = (): string => mkdtempSync(path.join(tmpdir(), 'netwright-search-'));

const sweep: SweepDefinition = {
  name: 'numbers',
  trials: () => [{ value: 1 }, { value: 2 }, { value: 3 }],
  backend: () => reference(),
  run: ({ configuration, seed }) => {
    if (configuration.value === 2) throw new TypeError('two is refused');
    return Promise.resolve({ double: 2 * Number(configuration.value), seed });
  },
};

describe('trials', () => {
  it('are known and seeded by their configuration, whatever the order of its fields', () => {
    const [a, b] = trialsOf([
      { lr: 0.1, blocks: [1, { width: 8, depth: 2 }] },
      { lr: 0.2, blocks: [1] },
    ]);
    const again = trialOf({ blocks: [1, { depth: 2, width: 8 }], lr: 0.1 }, 7);
    expect(again).toMatchObject({ index: 7, key: a.key, seed: a.seed });
    expect(b.key).not.toBe(a.key);
    expect(b.seed).not.toBe(a.seed);
    expect(a.key).toMatch(/^[0-9a-f]{16}$/);
    expect(Number.isInteger(a.seed) && a.seed >= 0 && a.seed < 2 ** 31).toBe(true);
    expect(canonicalText({ b: [true, null], a: 'x' })).toBe('{"a":"x","b":[true,null]}');
  });

  it.each([
    [
      'one twice',
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      'the same as number 0: {"a":1,"b":2}',
    ],
    ['NaN', [{ a: { b: Number.NaN } }], 'a.b is NaN'],
    ['a date', [{ a: new Date() as unknown as string }], 'a is an object of a class'],
  ])('refuse %s', (_, configurations, received) => {
    expect(() => trialsOf(configurations)).toThrow(expect.objectContaining({ code: 'sweep.configuration', received }));
  });
});

describe('sweep files', () => {
  it('may export a function of options', async () => {
    const module = { default: defineSweep(({ count }) => ({ ...sweep, name: `sweep of ${String(count)}` })) };
    expect((await sweepOf(module, 'file', { count: 3 })).name).toBe('sweep of 3');
    expect(await sweepOf({ default: sweep }, 'file', {})).toBe(sweep);
  });

  it.each([
    [{}, {}, 'no default export', ['it is no object']],
    [
      { default: { name: '', run: () => 0 } },
      {},
      'a default export of type object',
      ['name is no text', 'trials is no function', 'backend is no function'],
    ],
    [{ default: sweep }, { count: 1 }, 'options count, and a default export that is no function of options', []],
  ])('are refused: %j with %j', async (module, options, received, reasons) => {
    await expect(sweepOf(module, 'file', options)).rejects.toMatchObject({ code: 'sweep.file', received, reasons });
  });

  it('that do not load are named', async () => {
    const file = path.join(temporary(), 'broken.mjs');
    await expect(hashSweep(file)).rejects.toMatchObject({ code: 'sweep.file', scope: file });
    writeFileSync(file, 'export default 1 +');
    await expect(loadSweep(file, {})).rejects.toMatchObject({ code: 'sweep.file', scope: file });
  });

  it('are known by their bytes and by the nearest lock file', async () => {
    const directory = temporary();
    const file = path.join(directory, 'sweep.mjs');
    writeFileSync(file, 'export default 1;');
    const before = await hashSweep(file);
    writeFileSync(path.join(directory, 'package-lock.json'), '{}');
    const locked = await hashSweep(file);
    writeFileSync(file, 'export default 2;');
    const changed = await hashSweep(file);
    expect(locked.file).toBe(before.file);
    expect(() => requireSameHash(file, before, before)).not.toThrow();
    expect(() => requireSameHash(file, before, changed)).toThrow(
      expect.objectContaining({
        code: 'sweep.hash',
        reasons: [
          `the file is ${changed.file.slice(0, 12)}, not ${before.file.slice(0, 12)}`,
          `the lock file is ${locked.lock.slice(0, 12)}, not missing`,
        ],
      }),
    );
  });
});

describe('outcomes', () => {
  const outcomeOf = (run: () => unknown): Promise<Outcome> =>
    runTrial({ ...sweep, run: async () => run() as never }, trialOf({}, 0), reference(), new AbortController().signal);

  it.each<[string, () => unknown, Outcome]>([
    ['a result', () => ({ a: [1, null] }), { kind: 'done', result: { a: [1, null] } }],
    [
      'an error of ours',
      () => {
        throw new NetwrightError({ code: 'train.nonFinite', operation: 'o', expected: 'e', received: 'r' });
      },
      { kind: 'failed', code: 'train.nonFinite', message: expect.stringContaining('expected e') as string },
    ],
    [
      'no memory',
      () => new Float64Array(2 ** 53),
      { kind: 'failed', code: 'outOfMemory', message: expect.stringContaining('array length') as string },
    ],
    [
      'another error',
      () => {
        throw new TypeError('no');
      },
      { kind: 'failed', code: 'error', message: 'no' },
    ],
    [
      'a result that is no plain data',
      () => ({ a: Infinity }),
      { kind: 'failed', code: 'sweep.configuration', message: expect.stringContaining('a is Infinity') as string },
    ],
  ])('%s', async (_, run, outcome) => {
    expect(await outcomeOf(run)).toEqual(outcome);
  });
});

describe('the directory of a sweep', () => {
  const identity: SweepIdentity = {
    name: 'numbers',
    file: 'numbers.mjs',
    hash: { file: 'a', lock: 'b' },
    options: { n: 1 },
    target: 'reference:float64',
  };
  const recordOf = (index: number, outcome: Outcome): TrialRecord => ({
    trial: trialOf({ index }, index),
    outcome,
    attempts: index + 1,
    seconds: index / 3,
    worker: `w${String(index)}`,
  });

  it('keeps the first record of each trial, and gives the same results whoever made them', async () => {
    const [one, two] = [temporary(), temporary()];
    const first = await openSweepDirectory(one, identity);
    await first.add(recordOf(1, { kind: 'done', result: { a: 1 } }));
    await first.add(recordOf(0, { kind: 'failed', code: 'lost', message: 'x' }));
    const kept = await first.add(recordOf(1, { kind: 'done', result: { a: 2 } }));
    expect(kept.outcome).toEqual({ kind: 'done', result: { a: 1 } });
    const second = await openSweepDirectory(two, identity);
    await second.add({ ...recordOf(0, { kind: 'failed', code: 'lost', message: 'x' }), seconds: 99, worker: 'other' });
    await second.add({ ...recordOf(1, { kind: 'done', result: { a: 1 } }), attempts: 4 });
    const [a, b] = [await first.writeResults(5), await second.writeResults(5)].map((file) => readFileSync(file));
    expect(a.equals(b)).toBe(true);
    expect(await readResults(one)).toMatchObject({
      name: 'numbers',
      trials: 5,
      results: [{ configuration: { index: 0 } }, {}],
    });
  });

  it('is continued by the same sweep alone; half-written records do not count', async () => {
    const place = temporary();
    const directory = await openSweepDirectory(place, identity);
    await directory.add(recordOf(0, { kind: 'done', result: {} }));
    await directory.add(recordOf(1, { kind: 'failed', code: 'error', message: '' }));
    writeFileSync(path.join(place, 'trials', '.0123.json.tmp'), '{"tri');
    const again = await openSweepDirectory(place, identity);
    expect(again.records.map(({ trial }) => trial.index)).toEqual([0, 1]);
    expect(again.description.id).toBe(directory.description.id);
    expect(await again.forgetFailures()).toBe(1);
    expect(again.records.map(({ trial }) => trial.index)).toEqual([0]);
    expect(readdirSync(path.join(place, 'trials')).filter((name) => !name.startsWith('.'))).toHaveLength(1);
    await expect(
      openSweepDirectory(place, { ...identity, target: 'cpu:wasm', options: { n: 2 } }),
    ).rejects.toMatchObject({
      code: 'sweep.changed',
      reasons: ['options was {"n":1}, is {"n":2}', 'target was "reference:float64", is "cpu:wasm"'],
    });
  });

  it('without results is named', async () => {
    await expect(readResults(temporary())).rejects.toMatchObject({ code: 'sweep.results' });
  });
});

describe('runSweep', () => {
  const file = path.join(temporary(), 'numbers.mjs');
  writeFileSync(file, '// stands for the sweep of this test');
  const load = (): Promise<unknown> => Promise.resolve({ default: sweep });
  const ran: number[] = [];
  const runner = (): TrialRunner => ({
    async run(trial) {
      ran.push(trial.index);
      const outcome = await runTrial(sweep, trial, reference(), new AbortController().signal);
      return { trial, outcome, attempts: 1, seconds: 0.1, worker: 'here' };
    },
    close: () => Promise.resolve(),
  });

  it('runs what is left, up to a limit, and each trial once', async () => {
    const out = temporary();
    const seen: string[] = [];
    const first = await runSweep({
      sweep: await openSweep({ file, out, load }),
      runner: runner(),
      limit: 2,
      onProgress: ({ done, failed, total }) => seen.push(`${String(done)} ${String(failed)} ${String(total)}`),
    });
    expect(first).toMatchObject({ total: 3, done: 2, failed: 1, interrupted: false });
    // Two trials are under way at once; either may be written first.
    expect(seen).toEqual([expect.stringMatching(/^1 [01] 3$/), '2 1 3']);
    const second = await runSweep({ sweep: await openSweep({ file, out, load }), runner: runner() });
    expect(second).toMatchObject({ total: 3, done: 3, failed: 1 });
    expect([...ran].sort()).toEqual([0, 1, 2]);
    const { results } = await readResults(second.results);
    expect(results.map(({ outcome }) => outcome)).toMatchObject([
      { kind: 'done', result: { double: 2 } },
      { kind: 'failed', code: 'error', message: 'two is refused' },
      { kind: 'done', result: { double: 6 } },
    ]);
  });

  it('passes on that no worker can run anything', async () => {
    const failing: TrialRunner = {
      run: () => Promise.reject(new RangeError('no worker starts')),
      close: () => Promise.resolve(),
    };
    const opened = await openSweep({ file, out: temporary(), load });
    await expect(runSweep({ sweep: opened, runner: failing })).rejects.toThrow('no worker starts');
  });
});

describe('serveTrials', () => {
  it('loads the file itself, refuses another version or target, and answers each trial', async () => {
    const file = path.join(temporary(), 'sweep.mjs');
    writeFileSync(file, '');
    const hash = await hashSweep(file);
    const converse = async (message: ToWorker, then?: ToWorker): Promise<FromWorker> => {
      const sent: FromWorker[] = [];
      const listeners = new Map<string, (message: ToWorker) => void>();
      const served: ServedProcess = {
        on: (event: string, listener: (message: ToWorker) => void) => listeners.set(event, listener),
        send: (answer: FromWorker) => sent.push(answer),
        exit: () => undefined,
      };
      serveTrials(served, () => Promise.resolve({ default: sweep }));
      for (const one of [message, then]) {
        if (one === undefined) continue;
        const before = sent.length;
        listeners.get('message')?.(one);
        while (sent.length === before) await new Promise((resolve) => setTimeout(resolve, 1));
      }
      return sent[sent.length - 1];
    };
    const { name, target } = reference();
    const loaded = { file, options: {}, hash, target: `${name}:${target}` };
    const trial = trialOf({ value: 5 }, 0);
    expect(await converse({ kind: 'load', sweep: loaded })).toEqual({ kind: 'ready', target: loaded.target });
    expect(await converse({ kind: 'load', sweep: loaded }, { kind: 'run', trial })).toMatchObject({
      kind: 'finished',
      key: trial.key,
      outcome: { kind: 'done', result: { double: 10, seed: trial.seed } },
    });
    expect(await converse({ kind: 'load', sweep: { ...loaded, hash: { ...hash, file: 'x' } } })).toMatchObject({
      kind: 'refused',
      code: 'sweep.hash',
    });
    expect(await converse({ kind: 'load', sweep: { ...loaded, target: 'cpu:wasm' } })).toMatchObject({
      kind: 'refused',
      code: 'sweep.target',
    });
  });
});
