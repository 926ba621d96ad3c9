// The whole conformance suite in headless Chromium: WebGL 2 on two drivers without a GPU, and WebGPU.

import { testBackend } from '@netwright/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { hasChromium, openPage, type OpenPage } from './chromium/open-page.ts';
import { remoteBackend } from './chromium/remote-backend.ts';

const RUNS = [
  ['webgl2', 'llvmpipe'],
  ['webgl2', 'swiftshader'],
  ['webgpu', 'swiftshader'],
] as const;
/** Cases of the suite, for the report where it is not run. */
const CASES = 917;

describe.each(RUNS)('the mode %s on %s', (mode, driver) => {
  if (!hasChromium) {
    it(`is not run, for want of Chromium: ${String(CASES)} cases`, () => expect(hasChromium).toBe(false));
    return;
  }
  let opened: OpenPage | undefined;
  afterAll(() => opened?.close());
  testBackend(`gpu.js in the mode ${mode}`, async () => {
    opened = await openPage(driver);
    const backend = await remoteBackend(opened.page, mode);
    expect(backend.target).toBe(mode);
    return backend;
  });
});
