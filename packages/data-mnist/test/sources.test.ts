import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { computeStatistics, readLabels, type DataSource } from '@netwright/data';
import { describe, expect, it } from 'vitest';
import { FASHION_MNIST_CLASSES, fashionMnist, mnist, MNIST_CLASSES } from '../src/index.ts';
import { packageDirectory } from '../src/mnist.ts';
import { messageOf } from './error.ts';
import { FILES, gzipped, labelFile, without, withDirectory, type Files } from './idx-files.ts';

const SOURCES = { mnist, fashionMnist };

describe.each(Object.entries(SOURCES))('%s, from a directory', (_name, source) => {
  it.each<[string, Files]>([
    ['plain files', FILES],
    ['gzipped files', gzipped(FILES)],
    ['plain and gzipped files', { ...gzipped(FILES), 'train-images-idx3-ubyte': FILES['train-images-idx3-ubyte'] }],
    [
      'files with dots in their names',
      Object.fromEntries(Object.entries(FILES).map(([name, bytes]) => [name.replace('-idx', '.idx'), bytes])),
    ],
    [
      'gzipped files that are not named so',
      Object.fromEntries(Object.entries(FILES).map(([name, bytes]) => [name, gzipSync(bytes)])),
    ],
  ])('reads %s', async (_, files) => {
    await withDirectory(files, async (directory) => {
      const { train, test } = await source({ directory }).load();
      expect([train.length, train.shape, test.length, test.shape]).toEqual([3, [1, 2, 3], 2, [1, 2, 3]]);
      expect([await readLabels(train), await readLabels(test)]).toEqual([Int32Array.of(5, 0, 4), Int32Array.of(7, 2)]);
      expect(await test.read(Int32Array.of(1))).toEqual({
        images: Uint8Array.of(106, 107, 108, 109, 110, 111),
        labels: Int32Array.of(2),
      });
    });
  });

  it.each([
    [1, [1, 1]],
    [{ train: 2 }, [2, 2]],
    [{ test: 1 }, [3, 1]],
  ])('takes the first samples only, with limit %j', async (limit, lengths) => {
    await withDirectory(FILES, async (directory) => {
      const { train, test } = await source({ directory, limit }).load();
      expect([train.length, test.length]).toEqual(lengths);
    });
  });
});

describe('a source', () => {
  it.each<[string, DataSource, readonly string[]]>([
    ['mnist', mnist({ limit: 1 }), MNIST_CLASSES],
    ['fashion-mnist', fashionMnist({ limit: 1 }), FASHION_MNIST_CLASSES],
  ])('is called %s and has ten classes', (name, source, classes) => {
    expect(source.name).toBe(name);
    expect(new Set(classes).size).toBe(10);
  });

  const damaged = 'Hint: the file is damaged; fetch it again';
  it.each<[string, Files, string]>([
    [
      'an empty directory',
      {},
      'mnist (DIR): expected a directory with the four IDX files, plain or gzipped, received one without train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte. Hint: leave `directory` out to use the files that are installed with @netwright/data-mnist [mnist.missing]',
    ],
    [
      'a directory without the test labels',
      without(FILES, 't10k-labels-idx1-ubyte'),
      'mnist (DIR): expected a directory with the four IDX files, plain or gzipped, received one without t10k-labels-idx1-ubyte. Hint: leave `directory` out to use the files that are installed with @netwright/data-mnist [mnist.missing]',
    ],
    [
      'truncated images',
      { ...FILES, 'train-images-idx3-ubyte': FILES['train-images-idx3-ubyte'].subarray(0, 30) },
      `parseIdx (DIR/train-images-idx3-ubyte): expected at least 34 bytes for its array of 3 x 2 x 3, received 30 bytes. ${damaged} [idx.truncated]`,
    ],
    [
      'labels in place of images',
      { ...FILES, 'train-images-idx3-ubyte': FILES['train-labels-idx1-ubyte'] },
      'parseIdx (DIR/train-images-idx3-ubyte): expected unsigned bytes with 3 axes (magic number 00000803), received u8 with 1 axes. Hint: the file is not the IDX file that its name says [idx.magic]',
    ],
    [
      'labels of another set',
      { ...FILES, 'train-labels-idx1-ubyte': labelFile([1, 2, 3, 4]) },
      'idxDataset (mnist train): expected as many labels as images (3 in DIR/train-images-idx3-ubyte), received 4 in DIR/train-labels-idx1-ubyte. Hint: the two files belong to different sets [idx.count]',
    ],
    [
      'a gzip file that is cut off',
      {
        ...without(FILES, 't10k-images-idx3-ubyte'),
        't10k-images-idx3-ubyte.gz': gzipSync(FILES['t10k-images-idx3-ubyte']).subarray(0, 20),
      },
      `readIdxFile (DIR/t10k-images-idx3-ubyte.gz): expected a gzip file, received 20 bytes that do not unpack: unexpected end of file. ${damaged} [idx.gzip]`,
    ],
    [
      'a gzip file with a flipped bit',
      {
        ...without(FILES, 't10k-images-idx3-ubyte'),
        't10k-images-idx3-ubyte.gz': flipped(gzipSync(FILES['t10k-images-idx3-ubyte']), 26),
      },
      `readIdxFile (DIR/t10k-images-idx3-ubyte.gz): expected a gzip file, received 42 bytes that do not unpack: incorrect data check. ${damaged} [idx.gzip]`,
    ],
  ])('refuses %s', async (_, files, message) => {
    await withDirectory(files, async (directory) => {
      expect(await messageOf(() => mnist({ directory }).load(), directory)).toBe(message);
    });
  });

  it('says how to install Fashion-MNIST', async () => {
    await withDirectory({}, async (directory) => {
      const absent = path.join(directory, 'absent');
      expect(await messageOf(() => fashionMnist({ directory: absent }).load(), directory)).toBe(
        'fashion-mnist (DIR/absent): expected a directory with the four IDX files, plain or gzipped, received one without train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte. Hint: on Debian or Ubuntu: apt-get install dataset-fashion-mnist; elsewhere pass the directory of the four files [mnist.missing]',
      );
    });
  });

  it('refuses what is there and cannot be read', async () => {
    await withDirectory(without(FILES, 'train-images-idx3-ubyte'), async (directory) => {
      await mkdir(path.join(directory, 'train-images-idx3-ubyte'));
      expect(await messageOf(() => mnist({ directory }).load(), directory)).toBe(
        'readIdxFile (DIR/train-images-idx3-ubyte): expected a file that can be read, received EISDIR: illegal operation on a directory, read. [idx.read]',
      );
    });
  });

  it.each([
    [0, 'mnist (train): expected a limit that is a positive integer, received 0. [mnist.limit]'],
    [{ test: 1.5 }, 'mnist (test): expected a limit that is a positive integer, received 1.5. [mnist.limit]'],
  ])('refuses the limit %j at once', async (limit, message) => {
    expect(await messageOf(() => mnist({ limit }))).toBe(message);
  });

  it('says which package is missing', async () => {
    expect(await messageOf(() => packageDirectory('netwright-no-such-data'))).toBe(
      "mnist (netwright-no-such-data): expected the npm package with the data, received Cannot find module 'netwright-no-such-data/package.json'. Hint: npm install netwright-no-such-data, or pass the directory of the four IDX files [mnist.package]",
    );
  });
});

describe('MNIST itself', () => {
  it('has the published sizes, class counts and statistics', async () => {
    const { train, test } = await mnist().load();
    expect([train.length, train.shape, test.length, test.shape]).toEqual([60_000, [1, 28, 28], 10_000, [1, 28, 28]]);
    const counts = async (dataset: typeof train) => {
      const result = MNIST_CLASSES.map(() => 0);
      for (const label of await readLabels(dataset)) result[label]++;
      return result;
    };
    expect(await counts(train)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    expect(await counts(test)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    // The values that the PyTorch examples normalize MNIST with.
    const { mean, std } = await computeStatistics(train);
    expect([mean[0].toFixed(4), std[0].toFixed(4)]).toEqual(['0.1307', '0.3081']);
  });
});

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const result = Uint8Array.from(bytes);
  result[at] ^= 1;
  return result;
}
