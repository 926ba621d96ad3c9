// Recorded clipping of gradients, by global norm and by value.

import { GraphBuilder, tensorType } from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import { clipByNorm, clipByValue, globalNorm } from '../src/index.ts';
import { evaluateGraph } from './evaluate.ts';
import { readRecorded } from '../../../tools/workspace/read-recorded.ts';

type Nested = readonly (number | readonly number[])[];

const { clipping } = readRecorded<{
  readonly clipping: readonly {
    readonly kind: 'global_norm' | 'value';
    readonly max: number;
    readonly grads: readonly Nested[];
    readonly clipped: readonly Nested[];
    readonly total_norm?: number;
  }[];
}>('optimizers.json');

describe('recorded clipping', () => {
  it.each(clipping)('$kind to $max', ({ kind, max, grads, clipped, total_norm: norm }) => {
    const builder = new GraphBuilder();
    const flat = grads.map((grad) => grad.flat());
    const inputs = Object.fromEntries(
      flat.map(({ length }, at) => [`g${at}`, builder.input(`g${at}`, tensorType('f32', [length]))]),
    );
    const limited = kind === 'value' ? clipByValue(inputs, max) : clipByNorm(inputs, max);
    for (const [name, grad] of Object.entries(limited)) builder.output(`clipped/${name}`, grad);
    builder.output('norm', globalNorm(inputs));
    const leaves = Object.fromEntries(flat.map((data, at) => [`g${at}`, { shape: [data.length], data }]));
    const outputs = evaluateGraph(builder.finish(), leaves);
    clipped.forEach((expected, at) => {
      expected.flat().forEach((value, i) => expect(outputs[`clipped/g${at}`][i]).toBeCloseTo(value, 6));
    });
    if (norm !== undefined) expect(outputs.norm[0]).toBeCloseTo(norm, 6);
  });
});

it.each<[string, typeof clipByValue]>([
  ['clipByNorm', clipByNorm],
  ['clipByValue', clipByValue],
])('%s refuses a limit that is not above 0', (name, clip) => {
  const builder = new GraphBuilder();
  const grads = { g: builder.input('g', tensorType('f32', [2])) };
  expect(() => clip(grads, 0)).toThrow(
    expect.objectContaining({
      code: 'clip.limit',
      message: `${name}: expected a limit above 0, received 0. Hint: leave clipping out for no limit [clip.limit]`,
    }),
  );
});
