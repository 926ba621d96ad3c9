// Every error that a package throws is met in a test, by its code.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { read, root } from './workspace.ts';

function sources(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !/node_modules|dist/.test(entry.parentPath))
    .map((entry) => read(join(entry.parentPath, entry.name).slice(root.length)));
}

it('every code of an error is asserted', () => {
  const folders = ['packages', 'tools'].flatMap((parent) =>
    readdirSync(join(root, parent)).map((name) => join(parent, name)),
  );
  const thrown = folders
    .flatMap((folder) => (readdirSync(join(root, folder)).includes('src') ? sources(join(folder, 'src')) : []))
    .flatMap((text) => [...text.matchAll(/\bcode: '([\w.-]+)'/g)].map(([, code]) => code));
  const tests = folders
    .flatMap((folder) => (readdirSync(join(root, folder)).includes('test') ? sources(join(folder, 'test')) : []))
    .join('\n')
    .replaceAll('\\.', '.');
  expect(thrown.length).toBeGreaterThan(100);
  expect([...new Set(thrown)].filter((code) => !tests.includes(code)).sort()).toEqual([]);
});
