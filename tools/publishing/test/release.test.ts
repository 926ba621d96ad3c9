import { publicPackages } from '@netwright/publishing';
import { expect, it } from 'vitest';
import { rehearseRelease } from '../src/release.ts';

it('a rehearsal publishes every package to a registry on this machine and trains with what it installs from there', async () => {
  const lines: string[] = [];
  const { published, losses } = await rehearseRelease((line) => lines.push(line));
  expect([...published]).toEqual(publicPackages().map(({ manifest: { name, version } }) => [name, version]));
  expect(losses).toHaveLength(5);
  expect(losses[4]).toBeLessThan(losses[0] / 2);
  expect(lines).toHaveLength(published.size + 1);
}, 300_000);
