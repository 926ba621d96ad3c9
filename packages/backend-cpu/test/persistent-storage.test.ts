import { expect, test } from 'vitest';

import { persistentStorage } from '../src/schedule/persistent-storage.ts';

const way = 4096;

test.each([
  [512, 512],
  [64, 64],
  [128, 96],
])('taps of a filter from %i to %i channels lie apart in the cache', (outputs, inputs) => {
  const { strides, size } = persistentStorage([outputs, inputs, 3, 3]);
  const taps = Array.from(
    { length: 9 },
    (_, tap) => Math.floor(tap / 3) * (strides[2] ?? 0) + (tap % 3) * (strides[3] ?? 0),
  );
  expect(new Set(taps.map((at) => (at * 4) % way)).size).toBe(9);
  taps.forEach((at, tap) => expect(at).toBeGreaterThanOrEqual(tap * outputs * inputs));
  expect(size).toBeGreaterThanOrEqual((taps.at(-1) ?? 0) + outputs * inputs);
  expect(size).toBeLessThan(outputs * inputs * 9 + 9 * 128);
});

test.each([[[64, 3, 7, 7]], [[512, 256, 1, 1]], [[1000, 512]], [[64]]])('%j is dense', (shape) => {
  expect(persistentStorage(shape).size).toBe(shape.reduce((a, b) => a * b, 1));
});
