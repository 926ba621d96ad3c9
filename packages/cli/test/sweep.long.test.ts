// netwright sweep and worker, as processes: results, resuming, Ctrl-C and refusals.

import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  childrenOf,
  findRedis,
  freePort,
  REPOSITORY,
  runProgram,
  startProgram,
  startRedis,
  until,
} from './programs.ts';
import { runIn } from './session.ts';

const TINY = 'packages/cli/test/sweeps/tiny.mjs';
const temporary = (): string => mkdtempSync(path.join(tmpdir(), 'netwright-sweep-'));
const resultsOf = (out: string): string => readFileSync(path.join(out, 'results.json'), 'utf8');
const recorded = (out: string): number =>
  readdirSync(path.join(out, 'trials')).filter((name) => !name.startsWith('.')).length;

describe('netwright sweep', () => {
  it('gives the same results in parts, after Ctrl-C, and with another number of workers', async () => {
    const [one, two] = [temporary(), temporary()];
    const set = ['--set', 'count=6', 'pause=150'];
    const whole = await runProgram('sweep', TINY, '--out', one, '--workers', '1', ...set);
    expect(whole).toMatchObject({ code: 0 });
    expect(whole.text).toContain('6 of 6 trials are complete, 1 of them failed');

    const started = startProgram(['sweep', TINY, '--out', two, '--workers', '2', ...set]);
    await until(() => started.text().includes('/6 trials'));
    const children = childrenOf(started);
    expect(children).toHaveLength(2);
    started.process.kill('SIGINT');
    expect(await started.exit).toBe(130);
    expect(started.text()).toContain('the same command continues');
    const before = recorded(two);
    expect(before).toBeLessThan(6);
    const part = await runProgram('sweep', TINY, '--out', two, '--workers', '2', '--limit', '1', ...set);
    expect(part.text).toContain(`${String(before)} trials are on record`);
    expect(part.text).toContain(`${String(before + 1)} of 6 trials are complete`);
    await runProgram('sweep', TINY, '--out', two, '--workers', '2', ...set);
    expect(resultsOf(two)).toBe(resultsOf(one));
    for (const child of children) expect(() => process.kill(child, 0)).toThrow('ESRCH');
  });

  it('refuses other options in the same directory, no workers, and a file that is no sweep', async () => {
    const out = temporary();
    const file = path.join(REPOSITORY, TINY);
    const directory = path.dirname(file);
    expect(await runIn(directory, 'sweep', file, '--out', out, '--workers', '0')).toMatchObject({
      code: 1,
      err: expect.stringContaining('[cli.workers]') as string,
    });
    expect(await runIn(directory, 'sweep', file, '--out', out, '--set', 'count=5')).toMatchObject({
      code: 1,
      err: expect.stringContaining('[sweep.changed]') as string,
    });
    expect(await runIn(directory, 'sweep', path.join(directory, '../session.ts'), '--out', out)).toMatchObject({
      code: 1,
      err: expect.stringContaining('[sweep.file]') as string,
    });
    expect((await runIn(directory, 'sweep', '--help')).out).toContain('defineSweep');
  });
});

describe('netwright worker', () => {
  const redis = findRedis();
  if (redis === undefined) {
    it('is not run, for want of redis-server: 2 cases', () => expect(findRedis()).toBeUndefined());
    return;
  }

  it('runs trials from Redis; one whose file differs refuses them and leaves them to others', async () => {
    const [data, out, alone, elsewhere] = [temporary(), temporary(), temporary(), temporary()];
    // A checkout with another version of the file, and the same packages.
    mkdirSync(path.join(elsewhere, path.dirname(TINY)), { recursive: true });
    copyFileSync(path.join(REPOSITORY, TINY), path.join(elsewhere, TINY));
    writeFileSync(path.join(elsewhere, TINY), `${readFileSync(path.join(REPOSITORY, TINY), 'utf8')}\n// changed\n`);
    copyFileSync(path.join(REPOSITORY, 'pnpm-lock.yaml'), path.join(elsewhere, 'pnpm-lock.yaml'));
    symlinkSync(path.join(REPOSITORY, 'packages/cli/node_modules'), path.join(elsewhere, 'packages/cli/node_modules'));

    const port = await freePort();
    const server = await startRedis(redis, data, port);
    const url = `redis://127.0.0.1:${String(port)}`;
    try {
      const sweep = startProgram(['sweep', TINY, '--out', out, '--workers', '0', '--redis', url, '--set', 'count=4']);
      const other = startProgram(['worker', '--redis', url, '--lock-seconds', '2'], elsewhere);
      expect(await other.exit).toBe(1);
      expect(other.text()).toContain('[sweep.hash]');
      expect(recorded(out)).toBe(0);
      const worker = startProgram(['worker', '--redis', url, '--lock-seconds', '2']);
      expect(await sweep.exit).toBe(0);
      expect(worker.text()).toContain('trial 3 failed (train.nonFinite)');
      worker.process.kill('SIGINT');
      expect(await worker.exit).toBe(0);
    } finally {
      server.process.kill('SIGKILL');
    }
    await runProgram('sweep', TINY, '--out', alone, '--workers', '1', '--set', 'count=4');
    expect(resultsOf(out)).toBe(resultsOf(alone));
  });

  it('says that no Redis answers', async () => {
    const port = await freePort();
    const started = await runProgram('worker', '--redis', `redis://user:secret@127.0.0.1:${String(port)}`);
    expect(started.code).toBe(1);
    expect(started.text).toContain('[sweep.redis]');
    expect(started.text).not.toContain('secret');
  });
});
