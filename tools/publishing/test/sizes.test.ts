// How much a page downloads: bundles, minified and compressed, of what is published.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packWorkspace, publicPackages, unpackTarballs } from '@netwright/publishing';
import { build } from 'esbuild';
import { build as vite } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'netwright-sizes-'));
const names = publicPackages().map(({ manifest }) => manifest.name);

beforeAll(async () => {
  await unpackTarballs(folder, await packWorkspace());
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Bytes of a bundle of `code` after gzip. */
async function sizeOf(code: string): Promise<number> {
  const entry = join(folder, 'entry.js');
  writeFileSync(entry, code);
  const { outputFiles } = await build({
    entryPoints: [entry],
    ...{ bundle: true, minify: true, write: false, format: 'esm', platform: 'browser', target: 'es2022' },
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length;
}

const core = `
export { createPredictor } from '@netwright/train';
export { compileKernels, kernelWork } from '@netwright/compiler';
export { bindShape, costOf } from '@netwright/ir';
`;
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
    { name: 'the inference core: language, compiler and predictor, without a backend', code: core, kilobytes: 56 },
    { name: 'inference without an architecture', code: inference, kilobytes: 94 },
    {
      name: 'inference of ResNet-18',
      code: `${inference}export { resnet } from '@netwright/arch-resnet';`,
      kilobytes: 102,
    },
    { name: 'training', code: training, kilobytes: 113 },
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

/** Bytes of a plugin after gzip, as Vite builds it for production, with what it imports of the contracts left out. */
async function sizeAlone(name: string): Promise<number> {
  const entry = join(folder, 'plugin.js');
  writeFileSync(entry, `export * from '${name}';`);
  const result = await vite({
    ...{ root: folder, configFile: false, logLevel: 'error' },
    build: {
      ...{ write: false, target: 'es2022', minify: true },
      rolldownOptions: { input: entry, external: PEERS, preserveEntrySignatures: 'strict', output: { format: 'es' } },
    },
  });
  if (!Array.isArray(result) && !('output' in result)) throw new TypeError('Vite watches in place of building');
  const chunks = [result].flat().flatMap(({ output }) => output.filter(({ type }) => type === 'chunk'));
  return gzipSync(chunks.map((chunk) => ('code' in chunk ? chunk.code : '')).join(''), { level: 9 }).length;
}

const PEERS = [/^@netwright\/(ir|optim|arch|compiler)(\/|$)/, /^gpu\.js$/];
const small = names.filter((name) => /^@netwright\/(optim|arch)-/.test(name));

describe('a plugin without its peers', () => {
  it.each([
    ...small.map((name) => ({ name, kilobytes: 3 })),
    { name: '@netwright/backend-cpu', kilobytes: 44 },
    { name: '@netwright/backend-gpujs', kilobytes: 16 },
    { name: '@netwright/backend-reference', kilobytes: 3 },
  ])('$name is below $kilobytes kB', async ({ name, kilobytes }) => {
    const size = await sizeAlone(name);
    expect(size).toBeGreaterThan(100);
    expect(size).toBeLessThan(kilobytes * 1000);
  });
});
