import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readLabels, resizeBilinear, type Dataset } from '@netwright/data';
import { encode } from 'fast-png';
import { encode as encodeJpeg } from 'jpeg-js';
import { describe, expect, it } from 'vitest';
import { imageFolder, type ImageFolderOptions } from '../src/index.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const root = temporaryDirectory();
let folders = 0;

type Color = readonly [number, number, number];

function png([red, green, blue]: Color, width = 8, height = 8): Uint8Array {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => [red, green, blue][at % 3]);
  return encode({ width, height, channels: 3, depth: 8, data });
}

function jpeg([red, green, blue]: Color, width = 8, height = 8): Uint8Array {
  const data = Uint8Array.from({ length: width * height * 4 }, (_, at) => [red, green, blue, 255][at % 4]);
  return encodeJpeg({ width, height, data }, 100).data;
}

function folder(files: Readonly<Record<string, Uint8Array>>): string {
  const directory = path.join(root, String(folders++));
  mkdirSync(directory);
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    writeFileSync(path.join(directory, name), bytes);
  }
  return directory;
}

/** `count` images of each class; the red of an image is its number. */
function numbered(count: number, prefix = ''): Record<string, Uint8Array> {
  const files: Record<string, Uint8Array> = {};
  for (let at = 0; at < count; at++) {
    files[`${prefix}cat/${String(at).padStart(2, '0')}.png`] = png([at, 0, 0]);
    files[`${prefix}dog/${String(at).padStart(2, '0')}.png`] = png([at, 255, 0]);
  }
  return files;
}

const small = { imageSize: 4 };

async function contents(dataset: Dataset): Promise<readonly string[]> {
  const { images, labels } = await dataset.read(Int32Array.from({ length: dataset.length }, (_, at) => at));
  const size = dataset.shape[0] * dataset.shape[1] * dataset.shape[2];
  return Array.from(labels, (label, at) => `${dataset.classes[label]} ${String(images[at * size])}`);
}

describe('class folders', () => {
  it('are the classes, sorted, and their files the samples', async () => {
    const directory = folder({
      'zebra/a.png': png([1, 2, 3]),
      'ant/deeper/b.PNG': png([40, 50, 60]),
      'ant/a.jpeg': jpeg([200, 200, 200]),
      'ant/.DS_Store': Uint8Array.of(0),
      'ant/c.jpg': jpeg([100, 100, 100]),
      'zebra/b.png': png([7, 8, 9]),
      'zebra/Thumbs.db': Uint8Array.of(1),
    });
    const source = imageFolder({ directory, ...small, test: 1 });
    expect(source.name).toBe(path.basename(directory));
    const { train, test, validation } = await source.load();
    expect([train.classes, train.shape, train.length, test.length]).toEqual([['ant', 'zebra'], [3, 4, 4], 4, 1]);
    expect(validation).toBeUndefined();
    expect([...(await contents(train)), ...(await contents(test))].sort()).toEqual([
      'ant 100',
      'ant 200',
      'ant 40',
      'zebra 1',
      'zebra 7',
    ]);
  });

  it('are split by class, with nothing lost and nothing twice, the same way for the same seed', async () => {
    const directory = folder(numbered(20));
    const load = (seed: number) => imageFolder({ directory, ...small, validation: 0.25, seed }).load();
    const { train, validation, test } = await load(3);
    if (validation === undefined) throw new Error('no validation part');
    expect([train.length, validation.length, test.length]).toEqual([24, 8, 8]);
    for (const part of [train, validation, test]) {
      const labels = await readLabels(part);
      expect(labels.reduce((sum, label) => sum + label, 0)).toBe(part.length / 2);
    }
    const all = (await Promise.all([train, validation, test].map(contents))).flat();
    const expected = Array.from({ length: 20 }, (_, at) => [`cat ${String(at)}`, `dog ${String(at)}`]).flat();
    expect(all.toSorted()).toEqual(expected.toSorted());
    expect(await contents((await load(3)).test)).toEqual(await contents(test));
    expect(await contents((await load(4)).test)).not.toEqual(await contents(test));
  });

  it('of train, val and test are taken as they are', async () => {
    const directory = folder({ ...numbered(4, 'train/'), ...numbered(2, 'val/'), ...numbered(3, 'test/') });
    const { train, validation, test } = await imageFolder({ directory, ...small, validation: 0.5 }).load();
    expect([train.length, validation?.length, test.length]).toEqual([8, 4, 6]);
  });

  it('of train alone are split', async () => {
    const { train, test } = await imageFolder({ directory: folder(numbered(5, 'train/')), ...small }).load();
    expect([train.length, test.length]).toEqual([8, 2]);
  });
});

describe('images of another size', () => {
  /** A row of 24 pixels: black, white, black, eight of each. */
  const stripes = Array.from({ length: 24 * 8 }, (_, at) => (Math.floor((at % 24) / 8) === 1 ? 1 : 0));
  const striped = encode({
    width: 24,
    height: 8,
    channels: 1,
    depth: 8,
    data: Uint8Array.from(stripes, (value) => 255 * value),
  });
  const first = async (options: Partial<ImageFolderOptions>): Promise<readonly number[]> => {
    const directory = folder({ 'a/0.png': striped, 'a/1.png': striped, 'b/0.png': striped, 'b/1.png': striped });
    const { train } = await imageFolder({ directory, ...options }).load();
    return Array.from((await train.read(Int32Array.of(0))).images);
  };

  it('are stretched, or cropped from the middle, in gray or colour', async () => {
    expect(await first({ imageSize: [1, 3], channels: 1 })).toEqual(
      Array.from(resizeBilinear(Float32Array.from(stripes), [8, 24], [1, 3]), (value) => Math.round(255 * value)),
    );
    expect(await first({ imageSize: [8, 24], channels: 1 })).toEqual(stripes.map((value) => 255 * value));
    expect(await first({ imageSize: 8, resize: 'centerCrop' })).toEqual(Array.from({ length: 3 * 64 }, () => 255));
  });

  it('are refused where they must be exact', async () => {
    await expect(first({ imageSize: 8, resize: 'exact' })).rejects.toThrow(
      /expected files that can be decoded to 8 x 8 pixels, received 4 that cannot; a.0.png: 24 x 8; .*\[images.unreadable\]/,
    );
  });
});

describe('messages', () => {
  const load = async (files: Readonly<Record<string, Uint8Array>>): Promise<string> => {
    const directory = folder(files);
    try {
      await imageFolder({ directory, ...small }).load();
    } catch (error) {
      return (error as Error).message.replaceAll(directory, 'DIR');
    }
    return 'loaded';
  };
  const layout =
    'imageFolder (DIR): expected a folder of at least two class folders with PNG or JPEG images, or the folders train and test with those';

  it.each<[string, Record<string, Uint8Array>, string]>([
    ['an empty folder', {}, `${layout}; 0 class folders. [images.folder]`],
    ['one class', { 'a/0.png': png([0, 0, 0]) }, `${layout}; 1 class folders. [images.folder]`],
    [
      'everything that is wrong with a folder',
      { 'a/0.gif': Uint8Array.of(1), 'b/.keep': Uint8Array.of(), 'stray.png': png([0, 0, 0]) },
      `${layout}; stray.png lies beside the class folders; class a has no image; a/0.gif is no PNG or JPEG file; class b has no image. [images.folder]`,
    ],
    [
      'a folder beside train',
      { ...numbered(1, 'train/'), 'more/a/0.png': png([0, 0, 0]) },
      `${layout}; more lies beside train. [images.folder]`,
    ],
    [
      'parts with other classes',
      { ...numbered(1, 'train/'), 'test/cat/0.png': png([0, 0, 0]), 'test/cow/0.png': png([0, 0, 0]) },
      'imageFolder (DIR): expected the classes of train in test, received cat, cow; dog is missing; cow is not in train. [images.classes]',
    ],
    [
      'every file that cannot be decoded',
      {
        ...numbered(2),
        'cat/cut.jpg': jpeg([9, 9, 9]).subarray(0, 400),
        'dog/text.png': new TextEncoder().encode('not an image'),
      },
      'imageFolder (DIR): expected files that can be decoded, received 2 that cannot; cat/cut.jpg: a JPEG file cut off after 400 bytes; ' +
        'dog/text.png: a file of 12 bytes that begins with 6e 6f 74 20. Hint: replace these files or move them away [images.unreadable]',
    ],
  ])('%s', async (_, files, message) => {
    expect(await load(files)).toBe(message);
  });

  it('a folder that is not there', async () => {
    await expect(imageFolder({ directory: path.join(root, 'absent') }).load()).rejects.toThrow(
      /ENOENT.*\[images.folder\]/,
    );
  });

  it('options out of range, all at once', () => {
    expect(() =>
      imageFolder({
        directory: '',
        imageSize: 0,
        channels: 2 as 1,
        resize: 'crop' as 'exact',
        cropFraction: 2,
        test: 0,
        validation: -1,
        seed: 0.5,
      }),
    ).toThrow(
      'directory is missing; imageSize is not a positive integer or two; channels is neither 1 nor 3; resize is not exact, stretch or centerCrop; ' +
        'cropFraction is not above 0 and at most 1; test is not positive; validation is negative; seed is not an integer. [images.options]',
    );
  });
});
