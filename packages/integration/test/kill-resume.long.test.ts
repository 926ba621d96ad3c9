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

it.each([1, 2])('twenty kills leave no trace (%i threads)', async (threads) => {
  const options = { directory, threads, uniform: 12, inCheckpoint: 8, epochs: 8, seed: threads };
  const { kills } = await expectKillsHarmless(options);
  expect(kills).toBe(20);
});
