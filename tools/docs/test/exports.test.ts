import { expect, it } from 'vitest';
import { entryPoints, publicExports } from '../src/exports.ts';

it('every export of a public package has a docstring', () => {
  const all = publicExports();
  expect(new Set(all.map((one) => one.package))).toEqual(new Set(entryPoints().keys()));
  expect(all.length).toBeGreaterThan(900);
  const without = all.filter(({ documentation }) => documentation === '');
  expect(without.map((one) => `${one.package} ${one.name}`)).toEqual([]);
}, 120_000);
