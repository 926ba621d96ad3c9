import {
  concatDatasets,
  readLabels,
  splitDataset,
  subset,
  take,
  tensorDataset,
  type Dataset,
  type TensorDatasetOptions,
} from '../src/index.ts';
import { describe, expect, it } from 'vitest';
import { byteDataset, floatDataset, range, slow } from './datasets.ts';
import { messageOf } from './error.ts';

const six: TensorDatasetOptions = {
  name: 'six',
  images: new Uint8Array(12),
  labels: [0, 1, 0],
  shape: [1, 2, 2],
  classes: ['no', 'yes'],
};

describe('tensorDataset', () => {
  it.each([
    ['bytes', byteDataset(5), Uint8Array.of(14, 17, 20, 23, 26, 29, 0, 3, 6, 9, 12, 15)],
    ['floats', floatDataset(5), Float32Array.from([12, 13, 14, 15, 16, 17, 0, 1, 2, 3, 4, 5], (value) => value / 16)],
  ])('reads %s in the order that is asked for', async (_, dataset, images) => {
    expect(await dataset.read(Int32Array.of(2, 0))).toEqual({ images, labels: Int32Array.of(2, 0) });
  });

  it('gives arrays that the caller may change', async () => {
    const dataset = byteDataset(2);
    const { images, labels } = await dataset.read(Int32Array.of(1));
    const all = await readLabels(dataset);
    images.fill(0);
    labels.fill(0);
    all.fill(0);
    expect(await dataset.read(Int32Array.of(1))).toEqual({
      images: Uint8Array.of(7, 10, 13, 16, 19, 22),
      labels: Int32Array.of(1),
    });
    expect(await readLabels(dataset)).toEqual(Int32Array.of(0, 1));
  });

  it.each<[string, Partial<TensorDatasetOptions>, string]>([
    [
      'too few images',
      { images: new Uint8Array(11) },
      'tensorDataset (six): expected an image for each label and a class for each label, received 3 labels, 2 classes; 11 values do not make 3 images of 1 x 2 x 2. [data.samples]',
    ],
    [
      'an impossible shape and a label without a class',
      { shape: [1, 0, 2], labels: [0, 2, 0] },
      'tensorDataset (six): expected an image for each label and a class for each label, received 3 labels, 2 classes; the shape 1 x 0 x 2 is not made of positive integers; label 1 is 2, not one of 0 to 1. [data.samples]',
    ],
    [
      'a label that is not an integer',
      { labels: [0, 0.5, 0] },
      'tensorDataset (six): expected an image for each label and a class for each label, received 3 labels, 2 classes; label 1 is 0.5, not one of 0 to 1. [data.samples]',
    ],
  ])('refuses %s', async (_, change, message) => {
    expect(await messageOf(() => tensorDataset({ ...six, ...change }))).toBe(message);
  });

  it.each([3, -1])('refuses to read sample %i of 3', async (index) => {
    expect(await messageOf(() => tensorDataset(six).read(Int32Array.of(0, index)))).toBe(
      `read (six): expected indices from 0 to 2, received ${String(index)}. [data.index]`,
    );
  });
});

describe('subset, take and concatDatasets', () => {
  const parent = byteDataset(10);
  it.each<[string, Dataset, readonly number[]]>([
    ['a subset', subset(parent, [7, 1, 4]), [7, 1, 4]],
    ['a subset of a subset', subset(subset(parent, [7, 1, 4]), [2, 0]), [4, 7]],
    ['the first three', take(parent, 3), [0, 1, 2]],
    ['the first of too few', take(take(parent, 2), 5), [0, 1]],
    ['two parts', concatDatasets(subset(parent, [9, 8]), subset(parent, [0, 3, 5])), [9, 8, 0, 3, 5]],
    ['parts, one of them empty', concatDatasets(take(parent, 0), take(parent, 2), slow(take(parent, 1))), [0, 1, 0]],
  ])('%s has the samples of its parents', async (_, dataset, indices) => {
    expect(dataset.length).toBe(indices.length);
    const order = range(0, indices.length).reverse();
    const expected = await parent.read(Int32Array.from(indices).reverse());
    expect(await dataset.read(order)).toEqual(expected);
    expect(await readLabels(dataset)).toEqual(expected.labels.reverse());
  });

  it('counts bytes as 0 to 1 beside floats', async () => {
    const both = concatDatasets(byteDataset(2), floatDataset(1));
    const { images } = await both.read(Int32Array.of(2, 1));
    const bytes = [7, 10, 13, 16, 19, 22].map((byte) => byte / 255);
    expect(images).toEqual(Float32Array.from([...[0, 1, 2, 3, 4, 5].map((value) => value / 16), ...bytes]));
  });

  it.each<[string, () => unknown, string]>([
    [
      'a subset beyond the end',
      () => subset(parent, [3, 10]),
      'read (bytes): expected indices from 0 to 9, received 10. [data.index]',
    ],
    [
      'reading beyond a subset',
      () => take(parent, 2).read(Int32Array.of(2)),
      'read (bytes): expected indices from 0 to 1, received 2. [data.index]',
    ],
    [
      'reading beyond the parts',
      () => concatDatasets(take(parent, 2), take(parent, 1)).read(Int32Array.of(3)),
      'read (bytes + bytes): expected indices from 0 to 2, received 3. [data.index]',
    ],
    [
      'parts that differ',
      () => concatDatasets(parent, byteDataset(1, [1, 3, 2], 'other'), tensorDataset({ ...six, shape: [1, 2, 2] })),
      'concatDatasets (bytes): expected images of 1 x 2 x 3 in the classes a, b, c; other has images of 1 x 3 x 2; six has images of 1 x 2 x 2; six has the classes no, yes. [data.concat]',
    ],
  ])('refuses %s', async (_, run, message) => {
    expect(await messageOf(run)).toBe(message);
  });
});

describe('splitDataset', () => {
  const labelled = (sizes: readonly number[]): Dataset => {
    const labels = sizes.flatMap((size, label) => Array.from({ length: size }, () => label));
    const images = Float32Array.from(labels, (_, index) => index);
    return tensorDataset({ name: 'labelled', images, labels, shape: [1, 1, 1], classes: sizes.map(String) });
  };
  const counts = async (dataset: Dataset): Promise<readonly number[]> => {
    const result = dataset.classes.map(() => 0);
    for (const label of await readLabels(dataset)) result[label]++;
    return result;
  };

  it.each<[number, readonly number[], readonly number[]]>([
    [0.1, [100, 200, 50], [10, 20, 5]],
    [0.5, [3, 3, 2], [2, 1, 1]],
    [7, [10, 20, 40], [1, 2, 4]],
    [2, [10, 1, 1], [2, 0, 0]],
  ])('%d of classes of %j leaves %j for validation', async (validation, sizes, expected) => {
    const parts = await splitDataset(slow(labelled(sizes)), { validation, seed: 5 });
    expect(await counts(parts.validation)).toEqual(expected);
    expect(await counts(parts.train)).toEqual(sizes.map((size, label) => size - expected[label]));
  });

  it.each([true, false])('puts every sample in one part, in order (stratify %s)', async (stratify) => {
    const dataset = labelled([30, 50]);
    const parts = await splitDataset(dataset, { validation: 0.25, stratify });
    const samples = await Promise.all(
      [parts.train, parts.validation].map(async (part) => part.read(range(0, part.length))),
    );
    const [train, validation] = samples.map(({ images }) => Array.from(images));
    expect([train.length, validation.length]).toEqual([60, 20]);
    for (const part of [train, validation]) expect(part).toEqual([...part].sort((a, b) => a - b));
    expect([...train, ...validation].sort((a, b) => a - b)).toEqual(Array.from(range(0, 80)));
  });

  it('depends on the seed alone', async () => {
    const dataset = labelled([100, 100]);
    const chosen = async (seed: number): Promise<unknown> => {
      const { validation } = await splitDataset(dataset, { validation: 0.2, seed });
      return (await validation.read(range(0, validation.length))).images;
    };
    expect(await chosen(1)).toEqual(await chosen(1));
    expect(await chosen(1)).not.toEqual(await chosen(2));
  });

  it.each([0, 0.001, 10, 2.5, NaN])('refuses %d of 10 samples', async (validation) => {
    expect(await messageOf(() => splitDataset(byteDataset(10), { validation }))).toBe(
      `splitDataset (bytes): expected a share or a number of samples that leaves something in both parts, received ${String(validation)} of 10 samples. [data.split]`,
    );
  });
});
