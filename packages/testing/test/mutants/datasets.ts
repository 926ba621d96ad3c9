import { tensorDataset, type Dataset, type DataSource, type Samples } from '@netwright/data';
import { datasetSuite, type TestDatasetOptions } from '../../src/dataset/test-dataset.ts';
import { drawNormal, uniformSource } from '../../src/run/draw.ts';
import type { Suite } from '../../src/suite/suite.ts';
import type { Mutant, MutatedKind } from './mutant.ts';

const SIZE = 2 * 3 * 3;
const CLASSES = ['cat', 'dog', 'hen'] as const;

function part(name: string, length: number): Dataset {
  const images = Float32Array.from(drawNormal(length * SIZE, uniformSource(name)));
  const labels = Array.from({ length }, (_, i) => i % CLASSES.length);
  return tensorDataset({ name, images, labels, shape: [2, 3, 3], classes: CLASSES });
}

type Read = (indices: Int32Array, right: Dataset) => Samples | Promise<Samples>;

function withRead(read: Read, more: Partial<Dataset> = {}): Suite {
  return suiteOf((train) => ({ ...train, read: (indices) => read(indices, train), ...more }));
}

function suiteOf(
  change: (train: Dataset) => Dataset,
  more: { readonly test?: (train: Dataset) => Dataset; readonly options?: TestDatasetOptions } = {},
): Suite {
  const create = (): DataSource => ({
    name: 'animals',
    load: async () => {
      const train = part('train', 13);
      return { train: change(train), test: more.test?.(train) ?? part('test', 5) };
    },
  });
  return datasetSuite('animals', create, { lengths: { train: 13, test: 5 }, ...more.options });
}

const readOf = async (dataset: Dataset, indices: ArrayLike<number>): Promise<Samples> =>
  dataset.read(Int32Array.from(indices));

const ORDER = 'gives the images and labels of the indices, in their order';
const ALONE = 'gives its labels alone as with the images';
const REFUSES = 'refuses indices that are none of its samples';
const FINITE = 'has a class for every label and finite values in every image';
const REPEATS = 'repeats no sample, in one part or in two';
const REMADE = 'is the same when it is made again';
let reads = 0;

const mutants: readonly Mutant[] = [
  {
    fault: 'a sample that is repeated',
    suite: () => withRead((indices, right) => right.read(indices.map((index) => (index === 7 ? 4 : index)))),
    fails: [REPEATS],
    says: /\(samples that are there twice\): expected 0, received 1: train 7 is train 4/,
  },
  {
    fault: 'a test part with a sample of the training part',
    suite: () =>
      suiteOf((train) => train, {
        test: (train) => {
          const test = part('test', 5);
          const read = async (indices: Int32Array): Promise<Samples> => {
            const samples = await test.read(indices);
            for (const [at, index] of indices.entries())
              if (index === 1) samples.images.set((await readOf(train, [10])).images, at * SIZE);
            return samples;
          };
          return { ...test, read };
        },
      }),
    fails: [REPEATS],
    says: /\(samples that are there twice\): expected 0, received 1: test 1 is train 10/,
  },
  {
    fault: 'samples in the order of the file',
    suite: () => withRead((indices, right) => right.read(indices.toSorted())),
    fails: [ORDER],
    says: /\(train, sample 12 read as number 0 of 12, 0, 6, 12, 1\): expected the sample read alone, received another/,
  },
  {
    fault: 'labels of the neighbours',
    suite: () =>
      withRead(async (indices, right) => {
        const samples = await right.read(indices);
        return { ...samples, labels: samples.labels.map((label) => (label + 1) % CLASSES.length) };
      }),
    fails: [ALONE],
    says: /\(train, labels\(\), at \[0\]\): expected 1, received 0/,
  },
  {
    fault: 'a label without a class',
    suite: () =>
      withRead(
        async (indices, right) => {
          const samples = await right.read(indices);
          return { ...samples, labels: indices.map((index, at) => (index === 5 ? 3 : samples.labels[at])) };
        },
        { labels: undefined },
      ),
    fails: [FINITE],
    says: /\(train, label of sample 5\): expected "0 to 2", received 3/,
  },
  {
    fault: 'a value that is not a number',
    suite: () =>
      withRead(async (indices, right) => {
        const samples = await right.read(indices);
        for (const [at, index] of indices.entries()) if (index === 2) samples.images[at * SIZE] = NaN;
        return samples;
      }),
    fails: [FINITE],
    says: /\(train, samples with values that are not finite\): expected \[\], received \[2\]/,
  },
  {
    fault: 'memory that it keeps',
    suite: () => {
      const kept = new Map<string, Samples>();
      return withRead(async (indices, right) => {
        const key = indices.join();
        const samples = kept.get(key) ?? (await right.read(indices));
        kept.set(key, samples);
        return samples;
      });
    },
    fails: /gives arrays that belong to the caller/,
    says: /\(train, sample 0 after the caller changed it\): expected as it was, received changed/,
  },
  {
    fault: 'a buffer that reads share',
    suite: () => {
      const buffer = new Float32Array(16 * SIZE);
      return withRead(async (indices, right) => {
        const samples = await right.read(indices);
        buffer.set(samples.images);
        await Promise.resolve();
        return { images: buffer.subarray(0, indices.length * SIZE), labels: samples.labels };
      });
    },
    fails: /order|again|caller/,
    says: /received (another|others|changed)/,
  },
  {
    fault: 'an index modulo the length',
    suite: () => withRead((indices, right) => right.read(indices.map((index) => (index + 13) % 13))),
    fails: [REFUSES],
    says: /\(train, sample -1\): expected an error with code data\.index, received no error/,
  },
  {
    fault: 'other samples every time',
    suite: () =>
      withRead(async (indices, right) => {
        const samples = await right.read(indices);
        samples.images[0] = ++reads;
        return samples;
      }),
    fails: /order|again|caller/,
    says: /\(train, /,
  },
  {
    fault: 'other samples when it is made again',
    suite: () => {
      let made = 0;
      return suiteOf((train) => {
        const shift = made++;
        return {
          ...train,
          read: (indices) =>
            train.read(indices.map((index) => (index >= 0 && index < 13 ? (index + 3 * shift) % 13 : index))),
          labels: undefined,
        };
      });
    },
    fails: [REMADE],
    says: /\(train, at digests\[0\]\)/,
  },
  {
    fault: 'images of another size',
    suite: () =>
      withRead(async (indices, right) => ({
        ...(await right.read(indices)),
        images: new Float32Array(indices.length),
      })),
    fails: /order|twice|repeats/,
    says: /\(train, values and labels of 5 samples, at \[0\]\): expected 90, received 5/,
  },
  {
    fault: 'two classes of one name',
    suite: () => suiteOf((train) => ({ ...train, classes: ['cat', 'cat', 'hen'] })),
    fails: ['says what it holds', 'has parts that agree'],
    says: /\(train\.classes\): expected different names, at least one, received \[.*\]/,
  },
  {
    fault: 'a class without a sample',
    suite: () =>
      suiteOf((train) => ({ ...train, classes: [...CLASSES, 'owl'] }), {
        test: () => ({ ...part('test', 5), classes: [...CLASSES, 'owl'] }),
      }),
    fails: ['has a sample of every class'],
    says: /\(train, classes without a sample\): expected \[\], received \["owl"\]/,
  },
  {
    fault: 'a sample too few',
    suite: () => suiteOf(() => part('train', 12)),
    fails: ['has the expected lengths'],
    says: /\(lengths, at train\): expected 13, received 12/,
  },
];

export const datasets: MutatedKind = { kind: 'data set', right: () => suiteOf((train) => train), mutants };
