// Sweeps of 60 trials during which 20 workers are killed: every trial once, with the results of an undisturbed sweep.

import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  childrenOf,
  findRedis,
  freePort,
  pause,
  runProgram,
  startProgram,
  startRedis,
  until,
  type Program,
} from './programs.ts';

const TINY = 'packages/cli/test/sweeps/tiny.mjs';
const SET = ['--set', 'count=60', 'pause=400'];
const KILLS = 20;
const temporary = (): string => mkdtempSync(path.join(tmpdir(), 'netwright-faults-'));
const recordsIn = (out: string): readonly string[] =>
  readdirSync(path.join(out, 'trials')).filter((name) => !name.startsWith('.'));

let undisturbed: string;

beforeAll(async () => {
  const out = temporary();
  const { code } = await runProgram('sweep', TINY, '--out', out, '--workers', '4', ...SET);
  expect(code).toBe(0);
  undisturbed = readFileSync(path.join(out, 'results.json'), 'utf8');
}, 600_000);

function expectSame(out: string): void {
  const text = readFileSync(path.join(out, 'results.json'), 'utf8');
  const { results } = JSON.parse(text) as {
    readonly results: readonly { readonly configuration: { readonly index: number } }[];
  };
  expect(results.map(({ configuration }) => configuration.index)).toEqual(
    Array.from({ length: 60 }, (_, index) => index),
  );
  expect(recordsIn(out)).toHaveLength(60);
  expect(text).toBe(undisturbed);
}

describe('20 workers killed at random', () => {
  it('in a pool of processes', async () => {
    const out = temporary();
    const sweep = startProgram(['sweep', TINY, '--out', out, '--workers', '4', ...SET]);
    await until(() => sweep.text().includes('/60 trials'));
    for (let kills = 0; kills < KILLS;) {
      await pause(100 + 500 * Math.random());
      const children = childrenOf(sweep);
      if (children.length === 0) continue;
      expect(sweep.process.exitCode).toBeNull();
      process.kill(children[Math.floor(Math.random() * children.length)], 'SIGKILL');
      kills++;
    }
    expect(await sweep.exit).toBe(0);
    expectSame(out);
  });

  const redis = findRedis();
  if (redis === undefined) {
    it('is not run over Redis, for want of redis-server: 1 case', () => expect(findRedis()).toBeUndefined());
    return;
  }

  it('over Redis, which is itself killed and started again', async () => {
    const [out, data] = [temporary(), temporary()];
    const port = await freePort();
    const url = `redis://127.0.0.1:${String(port)}`;
    let server = await startRedis(redis, data, port);
    const startWorker = (): Program => startProgram(['worker', '--redis', url, '--lock-seconds', '4']);
    const workers: Program[] = Array.from({ length: 4 }, startWorker);
    const sweep = startProgram(['sweep', TINY, '--out', out, '--workers', '0', '--redis', url, ...SET]);
    try {
      await until(() => sweep.text().includes('/60 trials'), 120);
      for (let kills = 0; kills < KILLS; kills++) {
        await pause(300 + 900 * Math.random());
        expect(sweep.process.exitCode).toBeNull();
        const index = Math.floor(Math.random() * workers.length);
        workers[index].process.kill('SIGKILL');
        workers[index] = startWorker();
        if (kills !== KILLS / 2) continue;
        server.process.kill('SIGKILL');
        await server.exit;
        await pause(1500);
        server = await startRedis(redis, data, port);
      }
      expect(await sweep.exit).toBe(0);
    } finally {
      for (const { process: worker } of workers) worker.kill('SIGKILL');
      sweep.process.kill('SIGKILL');
      server.process.kill('SIGKILL');
    }
    expectSame(out);
  });
});
