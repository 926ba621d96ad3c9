// How much a page downloads: bundles by esbuild, minified and compressed, of what is published.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packWorkspace, publicPackages, unpackTarballs } from '@netwright/publishing';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'netwright-sizes-'));
const names = publicPackages().map(({ manifest }) => manifest.name);

beforeAll(async () => {
  await unpackTarballs(folder, await packWorkspace());
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Bytes of a bundle of `code` after gzip. */
async function sizeOf(code: string, external: readonly string[] = []): Promise<number> {
  const entry = join(folder, 'entry.js');
  writeFileSync(entry, code);
  const { outputFiles } = await build({
    entryPoints: [entry],
    external: [...external],
    ...{ bundle: true, minify: true, write: false, format: 'esm', platform: 'browser', target: 'es2022' },
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length;
}

const inference = `
export { cpu } from '@netwright/backend-cpu';
export { createPredictor } from '@netwright/train';
`;
const training = `
export { cpu } from '@netwright/backend-cpu';
export { train } from '@netwright/train';
`;

describe('a bundle', () => {
  it.each([
    { name: 'inference without an architecture', code: inference, kilobytes: 92 },
    {
      name: 'inference of ResNet-18',
      code: `${inference}export { resnet } from '@netwright/arch-resnet';`,
      kilobytes: 99,
    },
    { name: 'training', code: training, kilobytes: 110 },
    {
      name: 'training of LeNet with momentum',
      code: `${training}export { lenet } from '@netwright/arch-lenet';\nexport { momentum } from '@netwright/optim-momentum';`,
      kilobytes: 117,
    },
  ])('for $name is below $kilobytes kB', async ({ code, kilobytes }) => {
    const size = await sizeOf(code);
    expect(size).toBeLessThan(kilobytes * 1000);
    // A budget far above what is needed would let the bundle grow unseen.
    expect(size).toBeGreaterThan(kilobytes * 800);
  });
});

const peers = ['@netwright/ir', '@netwright/optim', '@netwright/arch'];
const small = names.filter((name) => /^@netwright\/(optim|arch)-/.test(name));

describe('a plugin without its peers', () => {
  it.each(small)('%s is below its budget', async (name) => {
    // Inception is three networks, of a paper each.
    const budget = name === '@netwright/arch-inception' ? 4000 : 3000;
    expect(await sizeOf(`export * from '${name}';`, peers)).toBeLessThan(budget);
  });
});
