import { expect, test } from 'vitest';

import { prepareKernels } from '../src/generate/kernel-module.ts';
import { emitFunction } from '../src/native/emit-units.ts';
import { nativeTuning } from '../src/native/native-tuning.ts';
import { packPanels } from '../src/schedule/pack-panels.ts';
import { matmulProgram } from './kernel-samples.ts';

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

test.each([
  ['many rows', 200, 2048, 1024],
  ['an operand that stays cached', 18, 128, 256],
] as const)('nothing is fetched ahead for %s', (_, rows, columns, steps) => {
  expect(productOf(rows, columns, steps)).not.toContain('prefetch');
});
