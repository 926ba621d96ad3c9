import type { Dataset } from '@netwright/data';
import { testDataset } from '@netwright/testing';
import { describe, expect, it } from 'vitest';
import { templateName } from '../src/index.ts';

async function read(
  dataset: Dataset,
): Promise<readonly { readonly label: number; readonly pixels: readonly number[] }[]> {
  const { images, labels } = await dataset.read(Int32Array.from({ length: dataset.length }, (_, at) => at));
  const size = images.length / labels.length;
  return Array.from(labels, (label, at) => ({
    label,
    pixels: Array.from(images.subarray(at * size, (at + 1) * size)),
  }));
}

testDataset('template-name', () => templateName({ samples: 40 }), { lengths: { train: 40, test: 10 } });

describe('templateName', () => {
  it('is another for another seed', async () => {
    const pixels = async (seed: number): Promise<readonly (readonly number[])[]> =>
      (await read((await templateName({ samples: 4, seed }).load()).train)).map((sample) => sample.pixels);
    expect(await pixels(1)).not.toEqual(await pixels(2));
  });

  it('has labels that the images tell: the nearest class mean is right', async () => {
    const { train, test } = await templateName().load();
    const samples = await read(train);
    const means = train.classes.map((_, label) => {
      const own = samples.filter((sample) => sample.label === label);
      return own[0].pixels.map((_pixel, at) => own.reduce((sum, { pixels }) => sum + pixels[at], 0) / own.length);
    });
    const distance = (pixels: readonly number[], mean: readonly number[]): number =>
      pixels.reduce((sum, value, at) => sum + (value - mean[at]) ** 2, 0);
    for (const { pixels, label } of await read(test)) {
      const distances = means.map((mean) => distance(pixels, mean));
      expect(distances.indexOf(Math.min(...distances))).toBe(label);
    }
  });

  it('refuses too few samples', () => {
    expect(() => templateName({ samples: 3 })).toThrow(
      'templateName: expected at least 4 samples, received 3. [template-name.samples]',
    );
  });
});
