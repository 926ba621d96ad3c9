// Child processes that die, refuse, run out of memory, and are told to stop.

import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { ProcessPool, trialsOf, type ProcessPoolOptions } from '../src/node/index.ts';

const pools: ProcessPool[] = [];

function open(options: Partial<ProcessPoolOptions> = {}, set = {}): ProcessPool {
  const module = fileURLToPath(new URL('workers/worker.mjs', import.meta.url));
  const pool = new ProcessPool({
    program: { module, args: [], nodeOptions: ['--max-old-space-size=30'] },
    sweep: { file: '/sweep.mjs', options: set, hash: { file: '', lock: '' }, target: '' },
    workers: 2,
    ...options,
  });
  pools.push(pool);
  return pool;
}

afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.close();
});

describe('a pool', () => {
  it('runs every trial once, however many workers there are', async () => {
    const trials = trialsOf(Array.from({ length: 9 }, (_, value) => ({ value, wait: 5 * (value % 3) })));
    const runs = [];
    for (const workers of [1, 3]) {
      const pool = open({ workers });
      const records = await Promise.all(trials.map((trial) => pool.run(trial)));
      expect(pool.processes).toHaveLength(workers);
      runs.push(records.map(({ trial, outcome, attempts }) => ({ trial, outcome, attempts })));
    }
    expect(runs[0]).toEqual(runs[1]);
    expect(runs[0].map(({ outcome }) => outcome)).toEqual(
      trials.map(({ seed }, value) => ({ kind: 'done', result: { value, seed } })),
    );
  });

  it('gives the trial of a lost worker to another', async () => {
    const pool = open({ workers: 1 });
    const trials = trialsOf([{ value: 0 }, { value: 1, die: 'second' }, { value: 2 }]);
    const records = await Promise.all(trials.map((trial) => pool.run(trial)));
    expect(records.map(({ attempts }) => attempts)).toEqual([1, 2, 1]);
    expect(records.map(({ outcome }) => outcome.kind)).toEqual(['done', 'done', 'done']);
  });

  it('records a trial that loses all its workers, and one that fills the heap', async () => {
    const pool = open({ attempts: 2 });
    const [lost, heap, fine] = await Promise.all(
      trialsOf([{ die: 'always' }, { heap: true }, { value: 4 }]).map((trial) => pool.run(trial)),
    );
    expect(lost).toMatchObject({
      attempts: 2,
      outcome: { kind: 'failed', code: 'lost', message: 'its 2 workers died, the last of SIGKILL' },
    });
    expect(heap.outcome).toMatchObject({ kind: 'failed', code: 'outOfMemory' });
    expect(heap.attempts).toBe(1);
    expect(fine.outcome.kind).toBe('done');
  });

  it('ends when a worker refuses the sweep, or none can start', async () => {
    const [trial] = trialsOf([{}]);
    await expect(open({}, { refuse: true }).run(trial)).rejects.toMatchObject({
      code: 'sweep.hash',
      received: 'another file',
    });
    await expect(open({}, { crash: true }).run(trial)).rejects.toMatchObject({
      code: 'sweep.worker',
      received: '3 in a row that ended before they were ready, the last of exit code 1',
      reasons: [expect.stringContaining('this worker has an error in its first line')],
    });
  });

  it('rejects what is not complete when it is closed', async () => {
    const pool = open();
    const slow = pool.run(trialsOf([{ wait: 60_000 }])[0]);
    const refused = expect(slow).rejects.toMatchObject({ code: 'sweep.closed' });
    await pool.run(trialsOf([{ value: 1 }])[0]);
    await pool.close();
    await refused;
    await expect(pool.run(trialsOf([{}])[0])).rejects.toMatchObject({ code: 'sweep.closed' });
  });
});
