// The whole conformance suite, all numerics and all networks of the oracle in headless Chromium: WebGL 2 on two drivers without a GPU, and WebGPU.

import { testBackend } from '@netwright/testing';
import { describe, expect, it } from 'vitest';
import { chromiumBackend, RUNS } from './gpujs-chromium/runs.ts';
import { failuresOf, oracleCases } from './gpujs-oracle.ts';

/** Cases of the suite, for the report where it is not run. */
const CASES = 917;
const ORACLE = [...(await oracleCases('numerics')), ...(await oracleCases('models'))];

describe.each(RUNS)('the mode %s on %s', (...run) => {
  const open = chromiumBackend(run, CASES + ORACLE.length);
  if (open === undefined) return;
  testBackend(`gpu.js in the mode ${run[0]}`, open);

  it('counts the cases of the oracle', () => expect(ORACLE).toHaveLength(108));

  it.each(ORACLE.map((one) => [one.name, one] as const))('oracle: %s', async (_, one) => {
    expect(await failuresOf(one, await open())).toEqual([]);
  });
});
