// Headless Chromium with the files of one folder served as a site, cross-origin isolated or not.

import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { CHROMIUM } from '../../../setup/chromium.mjs';

export const hasChromium = existsSync(CHROMIUM);

const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' };

export interface Site {
  /** Folders by the path they are served under; the longest path that fits counts. */
  readonly folders: Readonly<Record<string, string>>;
  /** With the two headers that allow SharedArrayBuffer. */
  readonly isolated: boolean;
}

export interface OpenSite {
  readonly page: Page;
  /** What the page wrote to its console, and errors that nothing caught. */
  readonly complaints: readonly string[];
  /** Does `job` and gives, of the tasks of the page's main thread meanwhile, the longest: milliseconds of processor time, which other programs do not lengthen. */
  longestTask(job: () => Promise<void>): Promise<number>;
  close(): Promise<void>;
}

export async function openSite({ folders, isolated }: Site): Promise<OpenSite> {
  const prefixes = Object.keys(folders).sort((a, b) => b.length - a.length);
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname);
    const prefix = prefixes.find((one) => path.startsWith(one)) ?? '/';
    const file = join(folders[prefix], path.endsWith('/') ? 'index.html' : path.slice(prefix.length));
    if (isolated) {
      response.setHeader('cross-origin-opener-policy', 'same-origin');
      response.setHeader('cross-origin-embedder-policy', 'require-corp');
    }
    response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
    if (!existsSync(file)) response.writeHead(path === '/favicon.ico' ? 204 : 404).end();
    else createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  });
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`);
  await page.waitForFunction(() => 'netwright' in globalThis);
  return {
    page,
    complaints,
    longestTask: (job) => longestTask(browser, page, job),
    close: async () => {
      await browser.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of processor time. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

async function longestTask(browser: Browser, page: Page, job: () => Promise<void>): Promise<number> {
  await browser.startTracing(page, { categories: ['__metadata', 'toplevel', 'disabled-by-default-devtools.timeline'] });
  await job();
  // The answer of a job can arrive from within its task, which is traced only when it has ended.
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as {
    traceEvents: readonly TraceEvent[];
  };
  const mains = traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain');
  const tasks = traceEvents.filter(
    ({ name, ph, pid, tid }) =>
      name === 'RunTask' && ph === 'X' && mains.some((main) => main.pid === pid && main.tid === tid),
  );
  if (tasks.length === 0 || tasks.some(({ tdur }) => tdur === undefined)) throw new Error('Chromium traced no tasks');
  return Math.max(...tasks.map(({ tdur = 0 }) => tdur)) / 1000;
}
