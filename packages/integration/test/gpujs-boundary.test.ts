// gpu.js is an affair of one package.

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const PACKAGES = fileURLToPath(new URL('../..', import.meta.url));
const MOST_LINES = 1500;

function sourcesOf(name: string): readonly string[] {
  const directory = path.join(PACKAGES, name, 'src');
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}

it('nothing but it and the command line names it', () => {
  const others = readdirSync(PACKAGES).filter((name) => name !== 'backend-gpujs' && name !== 'cli');
  expect(others.length).toBeGreaterThan(30);
  const naming = others.flatMap(sourcesOf).filter((file) => /gpu\.?js/i.test(readFileSync(file, 'utf8')));
  expect(naming).toEqual([]);
});

it('is small: blank lines and comments do not count', () => {
  const lines = sourcesOf('backend-gpujs').flatMap((file) => readFileSync(file, 'utf8').split('\n'));
  const code = lines.filter((line) => !/^\s*($|\/\/|\*|\/\*\*)/.test(line));
  expect(code.length).toBeGreaterThan(1000);
  expect(code.length).toBeLessThan(MOST_LINES);
});
