// Stores past the caches: where compiled C makes them, and that what they store is there for everybody who reads it.

import type { KernelProgram } from '@netwright/compiler';
import { describe, expect, test } from 'vitest';

import { prepareKernels } from '../src/generate/kernel-module.ts';
import { simd128Tuning, type TileTuning } from '../src/generate/tile-plan.ts';
import { emitFunction } from '../src/native/emit-units.ts';
import { nativeTuning } from '../src/native/native-tuning.ts';
import { axes, axis, binary, buffer, constant, kernel, load } from './kernel-samples.ts';
import { missing } from './native/available.ts';
import { nativeHarness } from './native/harness.ts';

const rows = 2048;
const enough = 1024;

/** b1 = b0 + 1, rows by rows of `columns`; the second kernel of two is b2 = b1 * 2. */
function addition(columns: number, inPlace = false): KernelProgram {
  const at = [axis(0), axis(1)];
  const sum = binary('add', load(inPlace ? 1 : 0, at), constant(1));
  const twice = binary('mul', load(1, at), constant(2));
  return {
    buffers: [
      buffer(0, [rows, columns], { kind: 'input', name: 'x' }),
      buffer(1, [rows, columns]),
      buffer(2, [rows, columns], { kind: 'output', names: ['y'] }),
    ],
    kernels: [
      kernel('add', axes(0, [rows, columns]), [], [{ buffer: 1, index: at, value: sum }]),
      kernel('double', axes(0, [rows, columns]), [], [{ buffer: 2, index: at, value: twice }]),
    ],
  };
}

function textOf(program: KernelProgram, tuning: TileTuning = nativeTuning(16)): string {
  const [prepared] = prepareKernels(program, tuning);
  return prepared === undefined ? '' : emitFunction(prepared, 'sum');
}

test.each([8, 16])('a large output is stored past the caches in vectors of %i', (lanes) => {
  const text = textOf(addition(enough), nativeTuning(lanes));
  expect(text).toContain('v_store_uncached(');
  expect(text).not.toContain('v_store(');
  expect(text.trimEnd()).toMatch(/uncached_end\(\);\n\}$/);
});

test.each([
  ['a small one', addition(enough / 2), nativeTuning(16)],
  ['one that the kernel reads', addition(enough, true), nativeTuning(16)],
  ['one in WebAssembly', addition(enough), simd128Tuning],
] as const)('not %s', (_, program, tuning) => {
  expect(textOf(program, tuning)).not.toMatch(/v_store_uncached|uncached_end/);
});

test('not rows that share a cache line', () => {
  const { buffers, kernels } = addition(enough + 8);
  const apart = buffers.map((decl) => ({
    ...decl,
    storage: { strides: [enough + 24, 1], offset: 0, size: rows * (enough + 24) },
  }));
  expect(textOf({ buffers: apart, kernels })).not.toContain('v_store_uncached');
});

describe.skipIf(missing !== undefined)('read by the next kernel', () => {
  test.each([8, 16].flatMap((lanes) => [1, 2, 3].map((threads) => [lanes, threads] as const)))(
    'vectors of %i on %i threads',
    async (lanes, threads) => {
      const harness = nativeHarness(threads, lanes);
      const executable = await harness.load(addition(enough));
      const data = Float32Array.from({ length: rows * enough }, (_, i) => i % 1021);
      for (let run = 0; run < 3; run += 1) {
        const { y } = await executable.run({ x: { dtype: 'f32', shape: [rows, enough], data } });
        const wrong = y?.data.findIndex((value, i) => value !== ((i % 1021) + 1) * 2);
        expect(wrong).toBe(-1);
      }
      await executable.dispose();
      harness.dispose();
    },
  );
});
