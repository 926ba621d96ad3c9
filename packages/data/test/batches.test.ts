import {
  batchesPerEpoch,
  createBatches,
  randomCrop,
  shuffledOrder,
  type Batch,
  type BatchOptions,
  type Dataset,
} from '../src/index.ts';
import { describe, expect, it } from 'vitest';
import { byteDataset, range, slow } from './datasets.ts';
import { messageOf } from './error.ts';

async function collect(dataset: Dataset, options: BatchOptions): Promise<readonly Batch[]> {
  const batches: Batch[] = [];
  for await (const batch of createBatches(dataset, options)) batches.push(batch);
  return batches;
}

describe('shuffledOrder', () => {
  it.each([0, 1, 2, 1000])('is a permutation of %i samples', (length) => {
    expect(shuffledOrder(length, 3, 4).sort()).toEqual(range(0, length));
  });

  it('is a pure function of seed and epoch', () => {
    const orders = [0, 1].flatMap((seed) => [0, 1, 2].map((epoch) => shuffledOrder(50, seed, epoch).join()));
    expect(new Set(orders).size).toBe(6);
    expect(shuffledOrder(50, 1, 2).join()).toBe(orders[5]);
  });

  it('gives every permutation of four samples equally often', () => {
    const epochs = 24_000;
    const counts = new Map<string, number>();
    for (let epoch = 0; epoch < epochs; epoch++) {
      const order = shuffledOrder(4, 11, epoch).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    // 99.9 % quantile of chi-square with 23 degrees of freedom.
    expect(chiSquare).toBeLessThan(49.73);
  });
});

describe('createBatches', () => {
  it.each<[number, number, boolean, readonly number[]]>([
    [9, 6, false, [6, 3]],
    [9, 6, true, [6]],
    [8, 4, false, [4, 4]],
    [8, 4, true, [4, 4]],
    [3, 5, false, [3]],
    [3, 5, true, []],
    [0, 5, false, []],
    [4, 1, false, [1, 1, 1, 1]],
  ])('cuts %i samples into batches of %i (dropLast %s): %j', async (length, batchSize, dropLast, sizes) => {
    const batches = await collect(byteDataset(length), { batchSize, dropLast });
    expect(batches.map(({ labels }) => labels.length)).toEqual(sizes);
    expect(batchesPerEpoch(length, { batchSize, dropLast })).toBe(sizes.length);
    expect(batches.at(-1)?.cursor ?? { epoch: 1, position: 0 }).toEqual({ epoch: 1, position: 0 });
  });

  it.each([false, true])(
    'gives every sample once in an epoch, as it is in the dataset (shuffle %s)',
    async (shuffle) => {
      const dataset = byteDataset(20, [2, 3, 2]);
      const batches = await collect(slow(dataset), { batchSize: 6, shuffle, seed: 2 });
      const order = Int32Array.from(batches.flatMap(({ indices }) => [...indices]));
      expect(order).toEqual(shuffle ? shuffledOrder(20, 2, 0) : range(0, 20));
      for (const { images, labels, indices, shape } of batches) {
        const samples = await dataset.read(indices);
        expect(images).toEqual(Float32Array.from(samples.images, (byte) => byte / 255));
        expect(labels).toEqual(samples.labels);
        expect(shape).toEqual([2, 3, 2]);
      }
    },
  );

  it('goes on from every saved cursor as if it had not stopped', async () => {
    const dataset = byteDataset(11, [1, 5, 5]);
    const options = { batchSize: 4, shuffle: true, seed: 9, transforms: [randomCrop({ padding: 2 })] };
    const epochs = await Promise.all(
      [0, 1, 2].map((epoch) => collect(dataset, { ...options, cursor: { epoch, position: 0 } })),
    );
    const all = epochs.flat();
    expect(all).toHaveLength(9);
    for (const [done, batch] of all.entries()) {
      const cursor = JSON.parse(JSON.stringify(batch.cursor)) as Batch['cursor'];
      const rest = await collect(dataset, { ...options, cursor });
      const expected = cursor.epoch < 3 ? all.slice(done + 1, 3 * (cursor.epoch + 1)) : undefined;
      if (expected !== undefined) expect(rest).toEqual(expected);
    }
    expect(epochs[0][0].indices).not.toEqual(epochs[1][0].indices);
  });

  it.each<[string, Partial<BatchOptions>, string]>([
    [
      'a batch size of 0',
      { batchSize: 0 },
      'createBatches (bytes): expected a positive integer, received 0. [data.batchSize]',
    ],
    [
      'a cursor beyond the end',
      { cursor: { epoch: 1, position: 10 } },
      'createBatches (bytes): expected an epoch from 0 and a position from 0 to 9, received epoch 1, position 10. Hint: a cursor belongs to the dataset whose batch it came with [data.cursor]',
    ],
    [
      'a cursor before the start',
      { cursor: { epoch: -1, position: 0 } },
      'createBatches (bytes): expected an epoch from 0 and a position from 0 to 9, received epoch -1, position 0. Hint: a cursor belongs to the dataset whose batch it came with [data.cursor]',
    ],
  ])('refuses %s at once', async (_, change, message) => {
    expect(await messageOf(() => createBatches(byteDataset(10), { batchSize: 2, ...change }))).toBe(message);
  });
});
