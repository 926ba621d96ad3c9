import {
  compose,
  computeStatistics,
  concatDatasets,
  createBatches,
  normalize,
  randomCrop,
  randomHorizontalFlip,
  ROOT_STREAM,
  take,
  tensorDataset,
  toFloat,
  type ImageShape,
  type Transform,
  type TransformContext,
} from '../src/index.ts';
import { describe, expect, it } from 'vitest';
import { byteDataset, floatDataset, range } from './datasets.ts';
import { messageOf } from './error.ts';

const shape: ImageShape = [2, 4, 5];
const size = 40;

function ramp(count: number): Float32Array {
  return Float32Array.from({ length: count * size }, (_, i) => i + 1);
}

function context(indices: Int32Array, change: Partial<TransformContext> = {}): TransformContext {
  return { seed: 1, epoch: 0, stream: ROOT_STREAM, indices, shape, ...change };
}

/** The window of the padded image whose top left corner is at (top, left) of the padding. */
function window(image: Float32Array, padding: number, fill: number, top: number, left: number): readonly number[] {
  const [channels, height, width] = shape;
  const at = (channel: number, y: number, x: number): number =>
    y < 0 || y >= height || x < 0 || x >= width ? fill : image[(channel * height + y) * width + x];
  const positions = Array.from({ length: size }, (_, i) => [Math.floor(i / 20), Math.floor((i % 20) / 5), i % 5]);
  expect(positions.at(-1)).toEqual([channels - 1, height - 1, width - 1]);
  return positions.map(([channel, y, x]) => at(channel, y + top - padding, x + left - padding));
}

describe('randomCrop', () => {
  it.each([
    [1, 0],
    [3, -7],
  ])('with padding %i and fill %d gives every window of the padded image equally often', (padding, fill) => {
    const count = 20_000;
    const places = (2 * padding + 1) ** 2;
    const image = ramp(1);
    const images = new Float32Array(count * size);
    for (let sample = 0; sample < count; sample++) images.set(image, sample * size);
    const cropped = randomCrop({ padding, fill }).apply(images, context(range(0, count)));
    const counts = new Map<string, number>();
    for (let top = 0; top <= 2 * padding; top++) {
      for (let left = 0; left <= 2 * padding; left++) counts.set(window(image, padding, fill, top, left).join(), 0);
    }
    expect(counts.size).toBe(places);
    for (let sample = 0; sample < count; sample++) {
      const key = cropped.subarray(sample * size, (sample + 1) * size).join();
      expect(counts.has(key)).toBe(true);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const expected = count / places;
    const chiSquare = [...counts.values()].reduce((sum, seen) => sum + (seen - expected) ** 2 / expected, 0);
    // Above the 99.9 % quantiles of chi-square: 26.1 with 8 degrees of freedom, 84.0 with 48.
    expect(chiSquare).toBeLessThan(places === 9 ? 26.13 : 84.04);
  });

  it('without padding changes nothing', () => {
    expect(randomCrop({ padding: 0 }).apply(ramp(3), context(range(0, 3)))).toEqual(ramp(3));
  });
});

describe('randomHorizontalFlip', () => {
  const mirrored = Float32Array.from({ length: size }, (_, i) => i - (i % 5) + 4 - (i % 5) + 1);

  it.each([
    [0, 0],
    [0.25, 0.25],
    [undefined, 0.5],
    [1, 1],
  ])('with p %s mirrors a share of %d', (p, share) => {
    const count = 10_000;
    const images = new Float32Array(count * size);
    for (let sample = 0; sample < count; sample++) images.set(ramp(1), sample * size);
    const flipped = randomHorizontalFlip(p === undefined ? {} : { p }).apply(images, context(range(0, count)));
    let mirroredCount = 0;
    for (let sample = 0; sample < count; sample++) {
      const image = flipped.subarray(sample * size, (sample + 1) * size);
      const isMirrored = image[0] === mirrored[0];
      expect(image.join()).toBe((isMirrored ? mirrored : ramp(1)).join());
      if (isMirrored) mirroredCount++;
    }
    // Four standard deviations.
    expect(Math.abs(mirroredCount - count * share)).toBeLessThanOrEqual(4 * Math.sqrt(count * share * (1 - share)));
  });
});

describe('random transforms', () => {
  const transforms: readonly Transform[] = [
    randomCrop({ padding: 2 }),
    randomHorizontalFlip(),
    compose([randomCrop({ padding: 1 }), randomHorizontalFlip()]),
  ];

  it.each(transforms.map((transform) => [transform.name, transform] as const))(
    '%s treats a sample the same in whatever batch it is',
    (_, transform) => {
      const together = transform.apply(ramp(32), context(range(0, 32)));
      for (const sample of [31, 4, 0]) {
        const alone = transform.apply(
          ramp(32).slice(sample * size, (sample + 1) * size),
          context(Int32Array.of(sample)),
        );
        expect(alone).toEqual(together.subarray(sample * size, (sample + 1) * size));
      }
    },
  );

  it.each(transforms.map((transform) => [transform.name, transform] as const))(
    '%s depends on seed, epoch and place',
    (_, transform) => {
      const variants = [{}, { seed: 2 }, { epoch: 1 }, { stream: ROOT_STREAM + 1 }];
      const results = variants.map((change) => transform.apply(ramp(32), context(range(0, 32), change)).join());
      expect(new Set(results).size).toBe(4);
      expect(transform.apply(ramp(32), context(range(0, 32))).join()).toBe(results[0]);
    },
  );

  it('are independent when one occurs twice in a pipeline', () => {
    const flip = randomHorizontalFlip();
    const twice = compose([flip, flip]).apply(ramp(64), context(range(0, 64)));
    const changed = Array.from({ length: 64 }, (_, sample) => twice[sample * size] !== ramp(64)[sample * size]);
    expect(changed.filter(Boolean).length).toBeGreaterThan(16);
    expect(changed.filter(Boolean).length).toBeLessThan(48);
  });

  it('say what they are in plain JSON', () => {
    const pipeline = compose([
      randomCrop({ padding: 2 }),
      randomHorizontalFlip(),
      normalize({ mean: [0.5], std: [2] }),
    ]);
    expect(JSON.parse(JSON.stringify({ name: pipeline.name, options: pipeline.options }))).toEqual({
      name: 'compose',
      options: {
        transforms: [
          { name: 'randomCrop', options: { padding: 2, fill: 0 } },
          { name: 'randomHorizontalFlip', options: { p: 0.5 } },
          { name: 'normalize', options: { mean: [0.5], std: [2] } },
        ],
      },
    });
  });
});

describe('toFloat', () => {
  it('maps each byte to the float nearest to byte / 255 and leaves floats alone', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    expect(toFloat(bytes)).toEqual(Float32Array.from(bytes, (byte) => byte / 255));
    const floats = Float32Array.of(1.5, -2);
    expect(toFloat(floats)).toBe(floats);
  });
});

describe('computeStatistics and normalize', () => {
  /** Straight from the definition, in two passes over all values of a channel. */
  async function defined(dataset: ReturnType<typeof byteDataset>): Promise<unknown> {
    const { images } = await dataset.read(range(0, dataset.length));
    const scale = images instanceof Uint8Array ? 255 : 1;
    const [channels, height, width] = dataset.shape;
    const byChannel = Array.from({ length: channels }, (_, channel) =>
      Array.from(images, Number)
        .filter((_value, i) => Math.floor(i / (height * width)) % channels === channel)
        .map((value) => value / scale),
    );
    const mean = byChannel.map((values) => values.reduce((sum, value) => sum + value, 0) / values.length);
    const std = byChannel.map((values, channel) =>
      Math.sqrt(values.reduce((sum, value) => sum + (value - mean[channel]) ** 2, 0) / values.length),
    );
    return {
      mean: mean.map((value) => expect.closeTo(value, 12) as number),
      std: std.map((value) => expect.closeTo(value, 12) as number),
    };
  }

  it.each([
    ['bytes', byteDataset(2500, [3, 2, 2])],
    ['floats', floatDataset(1100, [2, 3, 1])],
    ['one sample', byteDataset(1, [1, 2, 2])],
  ])('are those of the definition, of %s', async (_, dataset) => {
    expect(await computeStatistics(dataset)).toEqual(await defined(dataset));
  });

  it('make a mean of 0 and a deviation of 1', async () => {
    const dataset = concatDatasets(byteDataset(300, [3, 4, 4]), floatDataset(300, [3, 4, 4]));
    const transforms = [normalize(await computeStatistics(dataset))];
    const images: number[] = [];
    const batches = createBatches(dataset, { batchSize: 128, transforms });
    for await (const batch of batches) images.push(...batch.images);
    const normalized = tensorDataset({
      images: Float32Array.from(images),
      labels: new Int32Array(600),
      shape: [3, 4, 4],
      classes: ['any'],
    });
    const { mean, std } = await computeStatistics(normalized);
    expect([mean, std]).toEqual([
      [0, 0, 0].map((value) => expect.closeTo(value, 6) as number),
      [1, 1, 1].map((value) => expect.closeTo(value, 6) as number),
    ]);
  });

  it('keep a large common offset from drowning the deviation', async () => {
    const images = Float32Array.from({ length: 4096 }, (_, i) => 65536 + (i % 2));
    const dataset = tensorDataset({ images, labels: new Int32Array(4096), shape: [1, 1, 1], classes: ['any'] });
    expect(await computeStatistics(dataset)).toEqual({ mean: [65536.5], std: [expect.closeTo(0.5, 9) as number] });
  });

  it('take a constant channel as having a deviation of 1', async () => {
    const images = new Uint8Array(8).fill(51);
    const dataset = tensorDataset({ images, labels: [0, 0], shape: [1, 2, 2], classes: ['any'] });
    expect(await computeStatistics(dataset)).toEqual({ mean: [0.2], std: [1] });
  });
});

describe('transforms refuse', () => {
  it.each<[string, () => unknown, string]>([
    [
      'statistics of an empty dataset',
      () => computeStatistics(take(byteDataset(3), 0)),
      'computeStatistics (bytes): expected at least one sample, received none. [data.statistics]',
    ],
    [
      'a deviation of 0',
      () => normalize({ mean: [0, 1], std: [1, 0] }),
      'normalize: expected a finite mean and a positive std for each channel, received mean [0, 1], std [1, 0]. Hint: computeStatistics gives the values of a dataset [data.normalize]',
    ],
    [
      'another number of channels',
      () => normalize({ mean: [0], std: [1] }).apply(ramp(1), context(range(0, 1))),
      'normalize: expected images of 1 channels, received images of 2. Hint: computeStatistics gives the values of a dataset [data.normalize]',
    ],
    [
      'negative padding',
      () => randomCrop({ padding: -1 }),
      'randomCrop: expected a padding that is an integer from 0, received -1. [data.randomCrop]',
    ],
    [
      'an impossible probability',
      () => randomHorizontalFlip({ p: 1.5 }),
      'randomHorizontalFlip: expected a probability p from 0 to 1, received 1.5. [data.randomHorizontalFlip]',
    ],
  ])('%s', async (_, run, message) => {
    expect(await messageOf(run)).toBe(message);
  });
});
