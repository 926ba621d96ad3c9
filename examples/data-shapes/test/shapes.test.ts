import { testDataset } from '@netwright/testing';
import { expect, it } from 'vitest';
import { shapes } from '../src/index.ts';

testDataset('shapes', () => shapes(), { lengths: { train: 240, test: 60 } });
testDataset('large shapes of another seed', () => shapes({ size: 21, train: 12, test: 5, seed: 9 }), {
  lengths: { train: 12, test: 5 },
});

it('draws other images from another seed', async () => {
  const [a, b] = await Promise.all(
    [1, 2].map(async (seed) => (await shapes({ seed }).load()).train.read(Int32Array.of(0))),
  );
  expect(a.images).not.toEqual(b.images);
});

it('refuses images that are too small', () => {
  expect(() => shapes({ size: 7 })).toThrow(
    'shapes: expected a whole number of pixels from 8, received 7. [shapes.size]',
  );
});
