// The whole conformance suite in the modes that Node has; every function that it generates is linted.

import { createRequire } from 'node:module';
import { testBackend } from '@netwright/testing';
import { gpujs } from '@netwright/backend-gpujs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Gpu, GpuModule } from '../src/device/gpu-module.ts';
import { lintSource } from './lint-source.ts';

const { GPU } = createRequire(import.meta.url)('gpu.js') as GpuModule & {
  readonly GPU: { readonly prototype: Gpu };
};

describe('generated functions', () => {
  const sources = new Set<string>();
  beforeAll(() => {
    const { createKernel } = GPU.prototype;
    vi.spyOn(GPU.prototype, 'createKernel').mockImplementation(function (this: Gpu, source, settings) {
      sources.add(source);
      return createKernel.call(this, source, settings);
    });
  });
  afterAll(() => {
    vi.restoreAllMocks();
  });

  testBackend('gpu.js in the mode cpu', () => gpujs({ mode: 'cpu' }));
  testBackend('gpu.js in the mode webasm', () => gpujs({ mode: 'webasm' }));

  it('stay inside what every mode of gpu.js does alike', () => {
    expect(sources.size).toBeGreaterThan(800);
    expect([...sources].flatMap((source) => lintSource(source).map((what) => `${what}\n${source}`))).toEqual([]);
  });
});

describe('the lint', () => {
  it.each([
    ['a loop without constant bounds', 'while (b0[0] > 1) {\n}'],
    ['a loop of another form', 'for (let r0 = 1; r0 < 9; r0++) {\n}'],
    ['a power operator', 'const v0 = b0[0] ** 2;'],
    ['a number that targets do not have', 'const v0 = Infinity;'],
    ['a function that is not the same everywhere', 'const v0 = Math.tanh(b0[0]);'],
    ['a conditional expression', 'const v0 = b0[0] > 1 ? 2 : 3;'],
    ['a name that is declared twice', 'const v0 = 1;\n  const v0 = 2;'],
    ['20000 steps', 'for (let r0 = 0; r0 < 200; r0++) {\n  for (let r1 = 0; r1 < 100; r1++) {\n  }\n  }'],
    ['an exponent', 'const v0 = b0[0] * 1e+21;'],
    ['b9, which is no argument, is read', 'const v0 = b9[0];'],
  ])('finds %s', (what, line) => {
    expect(lintSource(`function (b0) {\n  ${line}\n  return 1;\n}`)).toEqual([what]);
  });
});
