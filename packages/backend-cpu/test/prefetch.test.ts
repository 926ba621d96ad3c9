import { expect, test } from 'vitest';

import { prepareKernels } from '../src/generate/kernel-module.ts';
import { emitFunction } from '../src/native/emit-units.ts';
import { nativeTuning } from '../src/native/native-tuning.ts';
import { packPanels } from '../src/schedule/pack-panels.ts';
import { channelsLast, convolutionWeightGradient, filterLayout, matmulProgram } from './kernel-samples.ts';

/** The C function of a product of few rows with weights that are packed into panels. */
function productOf(rows: number, columns: number, steps: number): string {
  const { buffers, kernels } = matmulProgram(rows, columns, steps);
  const packed = packPanels(nativeTuning(8)).run({
    buffers: buffers.map((decl) => (decl.id === 1 ? { ...decl, role: { kind: 'persistent', name: 'w' } } : decl)),
    kernels,
  });
  const prepared = prepareKernels(packed, nativeTuning(8));
  return emitFunction(prepared.at(-1) ?? prepared[0], 'product');
}

test('the next panel of a large operand is fetched while few rows use this one', () => {
  expect(productOf(18, 2048, 1024)).toMatch(/__builtin_prefetch\(\(?p\d+ \+ 65536\)/);
});

test('not where many rows use it', () => {
  expect(productOf(200, 2048, 1024)).not.toMatch(/__builtin_prefetch\(\(?p\d+ \+ 65536\)/);
});

test('nothing is fetched ahead for operands that stay cached', () => {
  expect(productOf(18, 128, 256)).not.toContain('prefetch');
});

test('rows of the next tile are fetched, a cache line in each step', () => {
  const rows = nativeTuning(8).rows[2] ?? 0;
  const [, pointer = ''] =
    new RegExp(`__builtin_prefetch\\((p\\d+) \\+ ${String(rows * 256)}\\)`).exec(productOf(2000, 48, 64)) ?? [];
  expect(pointer).not.toBe('');
  expect(productOf(2000, 48, 64)).toContain(`${pointer} = (${pointer} + 64);`);
});

test('not of rows that are far apart', () => {
  const { buffers, kernels } = matmulProgram(2000, 48, 64);
  const spread = buffers.map((decl) =>
    decl.id === 0 ? { ...decl, storage: { strides: [640, 1], offset: 0, size: 2000 * 640 } } : decl,
  );
  const [prepared] = prepareKernels({ buffers: spread, kernels }, nativeTuning(8));
  expect(prepared === undefined ? 'prefetch' : emitFunction(prepared, 'product')).not.toContain('prefetch');
});

/** The C function of a sum over pixels, with images of so many channels. */
function weightGradientOf(channels: number): string {
  const shape = { batch: 4, inChannels: channels, outChannels: channels, size: 40, filter: 1, stride: 1, padding: 0 };
  const { buffers, kernels } = convolutionWeightGradient(shape);
  const [prepared] = prepareKernels(
    { buffers: buffers.map((decl, id) => (id === 1 ? filterLayout(decl) : channelsLast(decl))), kernels },
    nativeTuning(8),
  );
  return prepared === undefined ? '' : emitFunction(prepared, 'gradient');
}

test('what both operands of a sum over pixels need in the next slice is fetched where few tiles use it', () => {
  const text = weightGradientOf(24);
  const slice = nativeTuning(8).reductionChunk * 24 * 4;
  expect(text.split(`+ ${String(slice)});`).length - 1, text).toBeGreaterThanOrEqual(2);
});

test('not where many do', () => {
  expect(weightGradientOf(256)).not.toContain('prefetch');
});
