// The modes that need a browser, on the drivers that need no GPU.

import { afterAll, expect, it } from 'vitest';
import { hasChromium, openPage, type DRIVERS, type OpenPage } from './open-page.ts';
import { remoteBackend, type RemoteBackend } from './remote-backend.ts';

type Run = readonly [mode: 'webgl2' | 'webgpu', driver: keyof typeof DRIVERS];

export const RUNS: readonly Run[] = [
  ['webgl2', 'llvmpipe'],
  ['webgl2', 'swiftshader'],
  ['webgpu', 'swiftshader'],
];

/** In a `describe`: a backend in the mode, opened at the first call; undefined where there is no Chromium, which a test then reports with the number of cases. */
export function chromiumBackend([mode, driver]: Run, cases: number): (() => Promise<RemoteBackend>) | undefined {
  if (!hasChromium) {
    it(`is not run, for want of Chromium: ${String(cases)} cases`, () => expect(hasChromium).toBe(false));
    return undefined;
  }
  let opened: Promise<OpenPage> | undefined;
  let backend: Promise<RemoteBackend> | undefined;
  afterAll(async () => {
    await (await opened)?.close();
  });
  return async () => {
    opened ??= openPage(driver);
    backend ??= remoteBackend((await opened).page, mode);
    expect((await backend).target).toBe(mode);
    return backend;
  };
}
