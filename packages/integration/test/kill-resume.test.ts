import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { expectKillsHarmless } from './kill-resume.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'netwright-kill-'));
});
afterEach(() => rm(directory, { recursive: true }));

it('three kills leave no trace', async () => {
  const { kills } = await expectKillsHarmless({ directory, threads: 2, uniform: 1, inCheckpoint: 2, epochs: 2 });
  expect(kills).toBe(3);
});
