// From an empty folder to a trained model of one's own images, with tarballs and npm alone; docs/your-own-data.md tells how long it takes.

import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installTarballs, packWorkspace, root, runProgram } from '@netwright/publishing';
import { KINDS } from 'create-netwright';
import { encode } from 'fast-png';
import { beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from './outside.ts';

const MINUTES = 60_000;
const SIDE = 48;

/** A disc or a square of any colour at any place, on another colour. */
function drawing(kind: 'disc' | 'square', seed: number): Uint8Array {
  const random = (at: number): number => Math.abs(Math.sin((seed * 31 + at + 1) * 12.9898) * 43758.5453) % 1;
  const [x, y, radius] = [14 + 20 * random(0), 14 + 20 * random(1), 8 + 5 * random(2)];
  const colours = [3, 4, 5, 6, 7, 8].map((at) => Math.floor((at < 6 ? 130 : 0) + 120 * random(at)));
  const data = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, element) => {
    const pixel = Math.floor(element / 3);
    const [dx, dy] = [Math.abs((pixel % SIDE) - x), Math.abs(Math.floor(pixel / SIDE) - y)];
    const isInside = kind === 'disc' ? Math.hypot(dx, dy) < radius : Math.max(dx, dy) < radius;
    return colours[(element % 3) + (isInside ? 0 : 3)];
  });
  return encode({ width: SIDE, height: SIDE, channels: 3, depth: 8, data });
}

const home = temporaryFolder();
const folder = join(home, 'shape-photos');
const seconds: Record<string, number> = {};

async function timed<T>(step: string, run: () => Promise<T>): Promise<T> {
  const before = performance.now();
  const result = await run();
  seconds[step] = Math.round((performance.now() - before) / 100) / 10;
  return result;
}

/** Prints how long each step took, and gives the sum of `steps`. */
function total(...steps: readonly string[]): number {
  process.stdout.write(`newcomer: ${JSON.stringify(seconds)}\n`);
  return steps.reduce((sum, step) => sum + seconds[step], 0);
}

beforeAll(async () => {
  const packages = ['create-netwright', ...KINDS.application.uses.map((name) => `@netwright/${name}`)];
  const tarballs = await packWorkspace({ packages });
  const tool = join(home, 'npm-cache-of-create');
  await installTarballs(tool, ['create-netwright'], { tarballs });
  const program = join(tool, 'node_modules/create-netwright/dist/bin.js');
  const args = [program, 'application', 'shape-photos', '--no-install'];
  await timed('create', () => runProgram(process.execPath, args, { cwd: home }));
  expect(readdirSync(folder).sort()).toEqual([
    '.gitignore',
    'README.md',
    'package.json',
    'src',
    'test',
    'tsconfig.build.json',
    'tsconfig.json',
  ]);
  await timed('install', () => installTarballs(folder, [], { tarballs }));
  for (const kind of ['disc', 'square'] as const) {
    mkdirSync(join(folder, 'photos', kind), { recursive: true });
    for (let at = 0; at < 150; at++) {
      const image = drawing(kind, at + (kind === 'disc' ? 0 : 1000));
      writeFileSync(join(folder, 'photos', kind, `${String(at)}.png`), image);
    }
    writeFileSync(join(folder, `${kind}.png`), drawing(kind, 5000));
  }
}, 15 * MINUTES);

it('takes less than ten minutes with the application', async () => {
  const trained = await timed('train', () =>
    runProgram('npm', ['run', 'train', '--', 'photos', '20'], { cwd: folder }),
  );
  const accuracy = Number(/accuracy on images not trained on: ([\d.]+) %/.exec(trained)?.[1]);
  const predicted = await timed('predict', () =>
    runProgram('npm', ['run', 'predict', '--', 'disc.png', 'square.png'], { cwd: folder }),
  );
  expect(accuracy).toBeGreaterThan(80);
  expect(predicted).toMatch(/disc\.png: disc .*\nsquare\.png: square /);
  expect(total('create', 'install', 'train', 'predict')).toBeLessThan(600);
});

it('takes less than ten minutes with the code of the document', async () => {
  const document = readFileSync(join(root, 'docs/your-own-data.md'), 'utf8');
  const code = /^```ts\n(.*?)^```$/ms.exec(document)?.[1] ?? '';
  expect(code).toContain("readImage('some.png')");
  writeFileSync(join(folder, 'own.mjs'), code);
  cpSync(join(folder, 'square.png'), join(folder, 'some.png'));
  const env = { FORCE_COLOR: '0' };
  const printed = await timed('code', () => runProgram(process.execPath, ['own.mjs'], { cwd: folder, env }));
  const [, accuracy, name] = /accuracy: ([\d.]+).*\} (\w+)\s*$/s.exec(printed) ?? [];
  expect(Number(accuracy)).toBeGreaterThan(0.8);
  expect(name).toBe('square');
  expect(total('install', 'code')).toBeLessThan(600);
});
