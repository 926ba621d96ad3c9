// The modes that need a browser, on the drivers that need no GPU.

import { afterAll, describe, expect } from 'vitest';
import { bundle, hasChromium, openPage, type DRIVERS, type OpenPage } from './open-page.ts';
import { remoteBackend, type RemoteBackend } from './remote-backend.ts';

type Run = readonly [mode: 'webgl2' | 'webgpu', driver: keyof typeof DRIVERS];

const RUNS: readonly Run[] = [
  ['webgl2', 'llvmpipe'],
  ['webgl2', 'swiftshader'],
  ['webgpu', 'swiftshader'],
];

/** Each mode on the driver that is fastest. */
export const fastestRuns: readonly Run[] = [RUNS[0], RUNS[2]];

const whereThereIsChromium = describe.skipIf(!hasChromium);

/** Tests for each mode and driver, given a backend that is opened at the first call; where there is no Chromium they count as skipped, one by one. */
export function describeInChromium(
  tests: (open: () => Promise<RemoteBackend>, ...run: Run) => void,
  runs: readonly Run[] = RUNS,
): void {
  let script: Promise<string> | undefined;
  whereThereIsChromium.each(runs)('the mode %s on %s', (mode, driver) => {
    let opened: Promise<OpenPage> | undefined;
    let backend: Promise<RemoteBackend> | undefined;
    afterAll(async () => {
      await (await opened)?.close();
    });
    const open = async (): Promise<RemoteBackend> => {
      script ??= bundle();
      opened ??= openPage(driver, await script);
      backend ??= remoteBackend((await opened).page, mode);
      expect((await backend).target).toBe(mode);
      return backend;
    };
    tests(open, mode, driver);
  });
}
