// A folder of class folders as a dataset.

import path from 'node:path';
import {
  preprocess,
  splitDataset,
  tensorDataset,
  type Dataset,
  type DataSource,
  type DataSplits,
  type ImageShape,
  type ResizeMode,
} from '@netwright/data';
import { isNetwrightError, NetwrightError } from '@netwright/ir';
import { readImage } from './decode-image.ts';
import { listFolder, type FolderLayout, type FolderPart } from './folder-layout.ts';

/** Where the images are, what becomes of them, and how they are parted. */
export interface ImageFolderOptions {
  /** The folder; relative to the working directory. */
  readonly directory: string;
  /** Side of the images in pixels, or `[height, width]`. Default 64. */
  readonly imageSize?: number | readonly [number, number];
  /** 3 for colour, 1 for gray. Default 3. */
  readonly channels?: 1 | 3;
  /**
   * What becomes of images of another size: `stretch` resizes both sides, `centerCrop` takes the largest rectangle of the right proportions from the middle and resizes
   * that, `exact` refuses them. Default `stretch`.
   */
  readonly resize?: ResizeMode;
  /** With `centerCrop`: share of that rectangle's sides to keep. Default 1. */
  readonly cropFraction?: number;
  /** Share (below 1) or number of the images for the test part, where the folder has none. Default 0.2. */
  readonly test?: number;
  /** Share (below 1) or number of the training images for the validation part, where the folder has none. Default 0: no such part. */
  readonly validation?: number;
  /** Decides which images go to which part. Default 0. */
  readonly seed?: number;
}

type DecodedParts = Pick<DataSplits, 'train'> & Partial<Pick<DataSplits, 'validation' | 'test'>>;

type Settings = Required<Omit<ImageFolderOptions, 'imageSize'>> & { readonly shape: ImageShape };

const WITHOUT_NORMALIZATION = { 1: { mean: [0], std: [1] }, 3: { mean: [0, 0, 0], std: [1, 1, 1] } } as const;

/**
 * A dataset of the PNG and JPEG images in `directory/CLASS/`, or in `directory/train/CLASS/` and perhaps `validation` and `test`. Classes are the names of the folders,
 * sorted. Every image is decoded and resized once, by `load`, and kept as bytes: `channels * height * width` for each.
 *
 * @throws NetwrightError `images.options`; from `load`: `images.folder` and `images.classes` for what is wrong with the folders, `images.unreadable` with every
 * file that cannot be decoded, `data.split` when a part would be empty.
 */
export function imageFolder(options: ImageFolderOptions): DataSource {
  const settings = settingsOf(options);
  return { name: path.basename(path.resolve(settings.directory)), load: () => load(settings) };
}

async function load(settings: Settings): Promise<DataSplits> {
  const { directory, test: testShare, validation: validationShare, seed } = settings;
  const layout = await listFolder(directory);
  const { train: all, validation, test } = await readParts(settings, layout);
  const [rest, testPart] = test === undefined ? await cut(all, testShare, seed) : [all, test];
  if (validation !== undefined) return { train: rest, validation, test: testPart };
  if (validationShare === 0) return { train: rest, test: testPart };
  const [train, validationPart] = await cut(rest, validationShare, seed + 1);
  return { train, validation: validationPart, test: testPart };
}

async function cut(dataset: Dataset, share: number, seed: number): Promise<readonly [Dataset, Dataset]> {
  const { train, validation } = await splitDataset(dataset, { validation: share, seed });
  return [train, validation];
}

/** @throws NetwrightError `images.unreadable` after all files have been tried. */
async function readParts(settings: Settings, { train, validation, test }: FolderLayout): Promise<DecodedParts> {
  const failures: string[] = [];
  const parts = {
    train: await readPart(settings, train, failures),
    ...(validation === undefined ? {} : { validation: await readPart(settings, validation, failures) }),
    ...(test === undefined ? {} : { test: await readPart(settings, test, failures) }),
  };
  if (failures.length > 0) throw unreadable(settings, failures);
  return parts;
}

async function readPart(
  { directory, shape, channels, resize, cropFraction }: Settings,
  { classes, files, labels }: FolderPart,
  failures: string[],
): Promise<Dataset> {
  const size = shape[0] * shape[1] * shape[2];
  const images = new Uint8Array(files.length * size);
  const preprocessing = { inputShape: shape, normalization: WITHOUT_NORMALIZATION[channels], resize, cropFraction };
  for (const [at, file] of files.entries()) {
    try {
      const values = preprocess(await readImage(file), preprocessing);
      for (let element = 0; element < size; element++) images[at * size + element] = Math.round(255 * values[element]);
    } catch (error) {
      if (!isNetwrightError(error)) throw error;
      failures.push(`${path.relative(directory, file)}: ${error.received ?? error.message}`);
    }
  }
  return tensorDataset({ name: path.basename(path.resolve(directory)), images, labels, shape, classes });
}

function settingsOf({
  directory,
  imageSize = 64,
  channels = 3,
  resize = 'stretch',
  cropFraction = 1,
  test = 0.2,
  validation = 0,
  seed = 0,
}: ImageFolderOptions): Settings {
  const [height, width] = typeof imageSize === 'number' ? [imageSize, imageSize] : imageSize;
  const isSide = (side: number): boolean => Number.isSafeInteger(side) && side > 0;
  const reasons: string[] = [];
  if (typeof directory !== 'string' || directory === '') reasons.push('directory is missing');
  if (!isSide(height) || !isSide(width)) reasons.push('imageSize is not a positive integer or two');
  if (!([1, 3] as readonly number[]).includes(channels)) reasons.push('channels is neither 1 nor 3');
  if (!['exact', 'stretch', 'centerCrop'].includes(resize)) reasons.push('resize is not exact, stretch or centerCrop');
  if (!(cropFraction > 0 && cropFraction <= 1)) reasons.push('cropFraction is not above 0 and at most 1');
  if (!(test > 0)) reasons.push('test is not positive');
  if (!(validation >= 0)) reasons.push('validation is negative');
  if (!Number.isSafeInteger(seed)) reasons.push('seed is not an integer');
  if (reasons.length > 0) {
    throw new NetwrightError({
      code: 'images.options',
      operation: 'imageFolder',
      expected: 'options in range',
      received: JSON.stringify({ directory, imageSize, channels, resize, cropFraction, test, validation, seed }),
      reasons,
    });
  }
  return { directory, shape: [channels, height, width], channels, resize, cropFraction, test, validation, seed };
}

function unreadable({ directory, resize, shape }: Settings, failures: readonly string[]): NetwrightError {
  const size = resize === 'exact' ? ` to ${String(shape[2])} x ${String(shape[1])} pixels` : '';
  return new NetwrightError({
    code: 'images.unreadable',
    operation: 'imageFolder',
    scope: directory,
    expected: `files that can be decoded${size}`,
    received: `${String(failures.length)} that cannot`,
    reasons: failures,
    hint: 'replace these files or move them away',
  });
}
