import { describe, expect, test } from 'vitest';

import { ThreadChoice } from '../src/runtime/thread-choice.ts';

/** The kinds of runs that follow, one letter each: `a` of all threads, `1` of the calling one alone. */
function play(choice: ThreadChoice, runs: number, times: { readonly all: number; readonly alone: number }): string {
  let kinds = '';
  for (let run = 0; run < runs; run += 1) {
    kinds += choice.alone ? '1' : 'a';
    choice.record(choice.alone ? times.alone : times.all);
  }
  return kinds;
}

const idle = { all: 10, alone: 18 };
const crowded = { all: 90, alone: 30 };

describe('the choice between all threads and one', () => {
  test('stays with all threads where they are faster, after two runs of the calling one', () => {
    expect(play(new ThreadChoice(), 100, idle)).toBe(`${'a'.repeat(8)}11${'a'.repeat(90)}`);
  });

  test('makes no trial of a long program', () => {
    expect(play(new ThreadChoice(), 100, { all: 800, alone: 1500 })).toBe('a'.repeat(100));
  });

  test('leaves threads out from the start where they are slower', () => {
    const kinds = play(new ThreadChoice(), 200, crowded);
    expect(kinds.slice(0, 9)).toBe(`${'a'.repeat(8)}1`);
    expect(kinds.slice(9).replaceAll('1', '').length).toBeLessThan(12);
  });

  test('leaves them out after three slow runs, and takes them again when they are fast', () => {
    const choice = new ThreadChoice();
    play(choice, 50, idle);
    expect(play(choice, 8, crowded)).toBe('aaa11111');
    expect(play(choice, 20, idle)).toBe('a'.repeat(20));
  });

  test('tries all threads less and less often while they are slower', () => {
    const choice = new ThreadChoice();
    play(choice, 50, idle);
    const kinds = play(choice, 400, crowded);
    expect(
      kinds
        .split('a')
        .filter((part) => part !== '')
        .map((part) => part.length),
    ).toEqual([5, 8, 16, 32, 64, 64, 64, 64, 64]);
  });

  test('tries the calling thread less and less often where that is slower still', () => {
    const choice = new ThreadChoice();
    play(choice, 50, idle);
    const kinds = play(choice, 100, { all: 30, alone: 40 });
    expect(kinds.split('11').map((part) => part.length)).toEqual([3, 6, 12, 24, 47]);
  });

  test('does not decide by a run that had to wait: of two in a row the faster one counts', () => {
    const choice = new ThreadChoice();
    let kinds = '';
    // Every other run finds caches and threads cold.
    for (let pair = 0; pair < 50; pair += 1) kinds += play(choice, 1, { all: 35, alone: 40 }) + play(choice, 1, idle);
    expect(kinds).toBe(`${'a'.repeat(8)}11${'a'.repeat(90)}`);
    play(choice, 10, crowded);
    expect(choice.alone).toBe(true);
    kinds = '';
    for (let pair = 0; pair < 10; pair += 1) kinds += play(choice, 1, { all: 35, alone: 40 }) + play(choice, 1, idle);
    expect(kinds).toMatch(/^1+a+$/);
  });

  test('keeps all threads where the processor was slow and is fast again', () => {
    const choice = new ThreadChoice();
    play(choice, 50, idle);
    expect(play(choice, 3, { all: 22, alone: 40 })).toBe('aaa');
    expect(play(choice, 2, idle)).toBe('11');
    expect(play(choice, 20, idle)).toBe('a'.repeat(20));
  });

  test('makes no trial soon after one in vain', () => {
    const choice = new ThreadChoice();
    play(choice, 50, idle);
    let kinds = '';
    for (let second = 0; second < 20; second += 1)
      kinds += play(choice, 6, { all: 22, alone: 40 }) + play(choice, 4, idle);
    expect(kinds.replaceAll('a', '').length).toBeLessThanOrEqual(16);
  });

  test('does not mind single slow runs', () => {
    const choice = new ThreadChoice();
    play(choice, 50, idle);
    for (let round = 0; round < 20; round += 1) {
      expect(play(choice, 2, crowded)).toBe('aa');
      expect(play(choice, 1, idle)).toBe('a');
    }
  });
});
