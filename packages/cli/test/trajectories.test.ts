// Pictures of the real optimizers.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { trajectories } from '@netwright/viz';
import { describe, expect, test } from 'vitest';
import { runIn, temporaryDirectory } from './session.ts';

describe('trajectories', () => {
  test('writes every picture, and a page that shows them', async () => {
    const directory = temporaryDirectory();
    const { code, out, err } = await runIn(directory, 'trajectories', '--out', 'pictures');
    expect([code, err]).toEqual([0, '']);
    const files = trajectories.map(({ name }) => path.join(directory, 'pictures', `${name}.svg`));
    expect(out.split('\n')).toEqual([...files, path.join(directory, 'pictures', 'index.html')]);
    const page = readFileSync(path.join(directory, 'pictures', 'index.html'), 'utf8');
    for (const { name, title } of trajectories) expect(page).toContain(`<img src="${name}.svg" alt="${title}">`);
    for (const file of files) {
      const svg = readFileSync(file, 'utf8');
      expect(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/.test(svg), file).toBe(true);
      expect(/NaN|Infinity/.test(svg), file).toBe(false);
    }
  });

  test('draws the chosen ones, on the chosen backend, alike', async () => {
    const directory = temporaryDirectory();
    const draw = async (backend: string): Promise<string> => {
      const only = ['--only', 'newton-parabolas', 'nesterov-step'];
      const { code, out } = await runIn(directory, 'trajectories', '--out', backend, '--backend', backend, ...only);
      expect(code).toBe(0);
      expect(out.split('\n')).toHaveLength(3);
      return readFileSync(path.join(directory, backend, 'newton-parabolas.svg'), 'utf8');
    };
    const note = (svg: string): string => /x: [\d.]+ → [^<]*/.exec(svg)?.[0] ?? '';
    const [double, single] = [await draw('reference'), await draw('cpu:threads=1')];
    expect(note(double)).toContain('2.6 → 1.75 → 1.1 → 0.765');
    expect(note(single)).toBe(note(double));
  });

  test('says which pictures there are', async () => {
    const { code, err } = await runIn('.', 'trajectories', '--out', 'nowhere', '--only', 'banana');
    expect(code).toBe(2);
    expect(err).toContain('trajectories: expected one of sgd-momentum-sphere, sgd-momentum-canyon, ');
    expect(err).toContain('received banana. [cli.name]');
  });

  test('needs a directory', async () => {
    const { code, err } = await runIn('.', 'trajectories');
    expect(code).toBe(2);
    expect(err).toContain("required option '--out <directory>' not specified");
  });
});
