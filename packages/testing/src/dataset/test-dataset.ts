// The conformance suite of data sets: one call in a test file.

import { NetwrightError } from '@netwright/ir';
import type { Dataset, DataSource } from '@netwright/data';
import { check, checkEqual, checkError } from '../suite/checks.ts';
import { declareSuite } from '../suite/declare-suite.ts';
import { collectSuite, type Suite } from '../suite/suite.ts';
import { contentsOf, copyOf, read, sameSamples, type Contents } from './dataset-reads.ts';

/** What is known of a data set beforehand. */
export interface TestDatasetOptions {
  /** Number of samples by part (`train`, `validation`, `test`; `data` of a data set without parts). Default: not compared. */
  readonly lengths?: Readonly<Record<string, number>>;
  /** Samples whose image another sample before it has too, in all parts together. Default 0. */
  readonly repeated?: number;
  /** Whether every class has a sample in the first part. Default true. */
  readonly everyClass?: boolean;
}

/**
 * Declares the tests of a data set or a data source with its parts: shape, classes and labels that fit together; samples by index in any order, more than once, and at the
 * same time; arrays that belong to the caller; indices that are refused; parts that agree and share no sample; no sample that is there twice. Every sample is read.
 *
 * @param name - title of the suite.
 * @param create - called once, and once more to see that it gives the same.
 */
export function testDataset(
  name: string,
  create: () => Dataset | DataSource | Promise<Dataset | DataSource>,
  options: TestDatasetOptions = {},
): void {
  declareSuite(datasetSuite(name, create, options));
}

type Parts = ReadonlyMap<string, Dataset>;

export function datasetSuite(
  name: string,
  create: () => Dataset | DataSource | Promise<Dataset | DataSource>,
  { lengths, repeated = 0, everyClass = true }: TestDatasetOptions = {},
): Suite {
  let opened: Parts = new Map();
  let contents = new Map<string, Contents>();
  const inParts = (run: (part: string, dataset: Dataset) => void | Promise<void>) => async (): Promise<void> => {
    for (const [part, dataset] of opened) await run(part, dataset);
  };
  const contentsIn = async (part: string, dataset: Dataset): Promise<Contents> => {
    const known = contents.get(part) ?? (await contentsOf(dataset));
    contents = new Map([...contents, [part, known]]);
    return known;
  };
  return collectSuite(
    name,
    ({ test }) => {
      test(
        'says what it holds',
        inParts((part, dataset) => checkFacts(part, dataset)),
      );
      test('has the expected lengths', () => {
        if (lengths === undefined) return;
        checkEqual('lengths', Object.fromEntries([...opened].map(([part, { length }]) => [part, length])), lengths);
      });
      test(
        'gives the images and labels of the indices, in their order',
        inParts((part, dataset) => checkOrder(part, dataset)),
      );
      test(
        'gives the same again, also when reads overlap',
        inParts(async (part, dataset) => {
          const indices = someIndices(dataset);
          const first = copyOf(await read(dataset, indices));
          const [again, other, third] = await Promise.all([indices, [0], indices].map((one) => read(dataset, one)));
          check(`${part}, other samples read at the same time`, sameSamples(first, again), 'the same', 'others');
          check(`${part}, read a third time`, sameSamples(first, third), 'the same', 'others');
          checkEqual(`${part}, labels of sample 0`, other.labels.length, 1);
        }),
      );
      test(
        'gives arrays that belong to the caller',
        inParts(async (part, dataset) => {
          const first = await read(dataset, [0]);
          const kept = copyOf(first);
          await read(dataset, [dataset.length - 1]);
          check(`${part}, sample 0 after another was read`, sameSamples(kept, first), 'as it was', 'changed');
          first.images.fill(1);
          first.labels.fill(0);
          const again = await read(dataset, [0]);
          check(`${part}, sample 0 after the caller changed it`, sameSamples(kept, again), 'as it was', 'changed');
        }),
      );
      test(
        'gives its labels alone as with the images',
        inParts(async (part, dataset) => {
          const alone = await dataset.labels?.();
          if (alone === undefined) return;
          checkEqual(`${part}, labels()`, alone, (await contentsIn(part, dataset)).labels);
          alone.fill(-1);
          check(
            `${part}, labels() after the caller changed them`,
            (await dataset.labels?.())?.[0] !== -1,
            'as they were',
            'changed',
          );
        }),
      );
      test(
        'refuses indices that are none of its samples',
        inParts(async (part, dataset) => {
          for (const index of [-1, dataset.length])
            await checkError(`${part}, sample ${index}`, () => read(dataset, [index]), 'data.index', []);
        }),
      );
      test(
        'has a class for every label and finite values in every image',
        inParts(async (part, dataset) => {
          const { labels, notFinite } = await contentsIn(part, dataset);
          const wrong = labels.findIndex((label) => !(label >= 0 && label < dataset.classes.length));
          if (wrong >= 0)
            checkEqual(`${part}, label of sample ${wrong}`, labels[wrong], `0 to ${dataset.classes.length - 1}`);
          checkEqual(`${part}, samples with values that are not finite`, notFinite, []);
        }),
      );
      test('has a sample of every class', async () => {
        if (!everyClass) return;
        const [[part, dataset]] = opened;
        const { labels } = await contentsIn(part, dataset);
        const missing = dataset.classes.filter((_, label) => !labels.includes(label));
        checkEqual(`${part}, classes without a sample`, missing, []);
      });
      test('repeats no sample, in one part or in two', async () => {
        const first = new Map<string, string>();
        const again: string[] = [];
        for (const [part, dataset] of opened) {
          (await contentsIn(part, dataset)).digests.forEach((digest, index) => {
            const place = `${part} ${index}`;
            const known = first.get(digest);
            if (known === undefined) first.set(digest, place);
            else again.push(`${place} is ${known}`);
          });
        }
        check(
          'samples that are there twice',
          again.length === repeated,
          String(repeated),
          `${again.length}: ${again.slice(0, 5).join(', ')}`,
        );
      });
      test('has parts that agree', () => {
        const [[, first]] = opened;
        for (const [part, { shape, classes }] of opened)
          checkEqual(part, { shape, classes }, { shape: first.shape, classes: first.classes });
      });
      test('is the same when it is made again', async () => {
        for (const [part, dataset] of await partsOf(create)) {
          const known = await contentsIn(part, opened.get(part) ?? dataset);
          const { digests, labels } = await contentsOf(dataset);
          checkEqual(part, { digests, labels }, { digests: known.digests, labels: known.labels });
        }
      });
    },
    {
      async open() {
        opened = await partsOf(create);
        contents = new Map();
      },
    },
  );
}

async function partsOf(create: () => Dataset | DataSource | Promise<Dataset | DataSource>): Promise<Parts> {
  const made = await create();
  if (!('load' in made)) return new Map([['data', made]]);
  const splits = Object.entries(await made.load()) as [string, Dataset | undefined][];
  const parts = new Map(splits.flatMap(([part, dataset]) => (dataset === undefined ? [] : [[part, dataset] as const])));
  if (parts.size > 0) return parts;
  throw new NetwrightError({
    code: 'testing.parts',
    operation: 'load',
    expected: 'parts train and test',
    received: 'none',
  });
}

function checkFacts(part: string, { name, length, shape, classes }: Dataset): void {
  check(`${part}.name`, name !== '', 'a name', name);
  check(`${part}.length`, Number.isSafeInteger(length) && length > 0, 'a positive integer', length);
  check(
    `${part}.shape`,
    shape.length === 3 && shape.every((dim) => Number.isSafeInteger(dim) && dim > 0),
    'channels, height and width, positive integers',
    shape,
  );
  check(
    `${part}.classes`,
    classes.length > 0 && classes.every((one) => one !== '') && new Set(classes).size === classes.length,
    'different names, at least one',
    classes,
  );
}

async function checkOrder(part: string, dataset: Dataset): Promise<void> {
  const size = dataset.shape.reduce((product, dim) => product * dim, 1);
  const none = await read(dataset, []);
  checkEqual(`${part}, values and labels of no sample`, [none.images.length, none.labels.length], [0, 0]);
  const indices = someIndices(dataset);
  const together = await read(dataset, indices);
  checkEqual(
    `${part}, values and labels of ${indices.length} samples`,
    [together.images.length, together.labels.length],
    [indices.length * size, indices.length],
  );
  for (const [at, index] of indices.entries()) {
    const alone = await read(dataset, [index]);
    const image = together.images.slice(at * size, (at + 1) * size);
    const same = sameSamples(alone, { images: image, labels: together.labels.slice(at, at + 1) });
    check(
      `${part}, sample ${index} read as number ${at} of ${indices.join(', ')}`,
      same,
      'the sample read alone',
      'another',
    );
  }
}

/** Some samples out of order, one of them twice. */
function someIndices({ length }: Dataset): readonly number[] {
  const middle = Math.floor(length / 2);
  return [length - 1, 0, middle, length - 1, Math.min(1, length - 1)];
}
