// The large networks of the recorded oracle in headless Chromium.

import { expect, it } from 'vitest';
import { describeInChromium, fastestRuns } from './gpujs-chromium/runs.ts';
import { failuresOf, isLarge, oracleCases } from './gpujs-oracle.ts';

const LARGE = (await oracleCases('models')).filter(isLarge);

describeInChromium((open) => {
  it.each(LARGE.map((one) => [one.name, one] as const))('oracle: %s', async (_, one) => {
    expect(await failuresOf(one, await open())).toEqual([]);
  });
}, fastestRuns);

it('counts the networks', () => expect(LARGE).toHaveLength(4));
