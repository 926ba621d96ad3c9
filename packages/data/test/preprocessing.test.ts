import { parsePreprocessing, preprocess, resizeBilinear, type Image, type Preprocessing } from '../src/index.ts';
import { describe, expect, it } from 'vitest';
import { messageOf } from './error.ts';
// Made by Pillow; see fixtures/resize.py.
import golden from './fixtures/resize.json' with { type: 'json' };

const plain = (channels: 1 | 3): Preprocessing['normalization'] => ({
  mean: Array.from({ length: channels }, () => 0),
  std: Array.from({ length: channels }, () => 1),
});

type Size = readonly [number, number];

describe('resizeBilinear', () => {
  it.each(golden.resize.map((one) => [one.from, one.to, one.cut, one] as const))(
    'from %j to %j, cut %j, agrees with Pillow',
    (_from, _to, _cut, { from, to, cut, input, output }) => {
      const resized = resizeBilinear(Float32Array.from(input), from as unknown as Size, to as unknown as Size, cut);
      expect(resized).toHaveLength(output.length);
      expect(Math.max(...resized.map((value, i) => Math.abs(value - output[i])))).toBeLessThan(2e-6);
    },
  );
});

describe('preprocess', () => {
  const byte = (value: number): number => Math.fround(value / 255);

  it.each(golden.luma as unknown as readonly (readonly [readonly [number, number, number], number])[])(
    'gives the colour %j the luma %i that Pillow gives it',
    (colour, luma) => {
      const image: Image = { width: 1, height: 1, channels: 3, data: Uint8Array.from(colour) };
      const [value] = preprocess(image, { inputShape: [1, 1, 1], normalization: plain(1), resize: 'exact' });
      expect(Math.abs(value * 255 - luma)).toBeLessThanOrEqual(0.51);
    },
  );

  it.each<[string, Image, 1 | 3, readonly number[]]>([
    ['gray', { width: 2, height: 1, channels: 1, data: Uint8Array.of(10, 20) }, 1, [10, 20]],
    ['gray and alpha', { width: 2, height: 1, channels: 2, data: Uint8Array.of(10, 0, 20, 9) }, 1, [10, 20]],
    ['gray for colour', { width: 2, height: 1, channels: 1, data: Uint8Array.of(10, 20) }, 3, [10, 20, 10, 20, 10, 20]],
    [
      'colour',
      { width: 2, height: 1, channels: 3, data: Uint8ClampedArray.of(1, 2, 3, 4, 5, 6) },
      3,
      [1, 4, 2, 5, 3, 6],
    ],
    [
      'colour and alpha',
      { width: 1, height: 2, channels: 4, data: Uint8Array.of(1, 2, 3, 0, 4, 5, 6, 9) },
      3,
      [1, 4, 2, 5, 3, 6],
    ],
    ['floats', { width: 2, height: 1, channels: 1, data: Float32Array.of(byte(10), byte(20)) }, 1, [10, 20]],
  ])('takes %s', (_, image, channels, expected) => {
    const inputShape = [channels, image.height, image.width] as const;
    expect(preprocess(image, { inputShape, normalization: plain(channels), resize: 'exact' })).toEqual(
      Float32Array.from(expected, byte),
    );
  });

  it('normalizes each channel with its own values', () => {
    const image: Image = { width: 1, height: 1, channels: 3, data: Float32Array.of(0.25, 0.5, 1) };
    const normalization = { mean: [0.25, 1, 0], std: [2, 0.5, 4] };
    expect([...preprocess(image, { inputShape: [3, 1, 1], normalization, resize: 'exact' })]).toEqual([0, -1, 0.25]);
  });

  const wide: Image = { width: 10, height: 6, channels: 1, data: Float32Array.from(golden.resize[7].input) };
  it.each<[string, Partial<Preprocessing>, readonly [number, number, number, number]]>([
    ['stretch', { resize: 'stretch' }, [0, 0, 6, 10]],
    ['centerCrop', { resize: 'centerCrop' }, [0, 2, 6, 6]],
    ['centerCrop of a half', { resize: 'centerCrop', cropFraction: 0.5 }, [1.5, 3.5, 3, 3]],
  ])('%s takes the right part of the image', (_, change, [top, left, height, width]) => {
    const input = preprocess(wide, { inputShape: [1, 5, 5], normalization: plain(1), resize: 'exact', ...change });
    expect(input).toEqual(resizeBilinear(Float32Array.from(wide.data), [6, 10], [5, 5], { top, left, height, width }));
  });

  it.each<[string, Image, string]>([
    [
      'an image of another size',
      wide,
      'preprocess: expected an image of 5 x 5 pixels, received 10 x 6. Hint: resize the image, or let the model resize (resize: stretch or centerCrop) [data.imageSize]',
    ],
    [
      'an image whose data does not fit',
      { width: 5, height: 5, channels: 3, data: new Uint8Array(25) },
      'preprocess: expected 1 to 4 channels and width * height * channels values, received 5 x 5 pixels of 3 channels, 25 values. [data.image]',
    ],
  ])('refuses %s', async (_, image, message) => {
    const run = (): unknown => preprocess(image, { inputShape: [1, 5, 5], normalization: plain(1), resize: 'exact' });
    expect(await messageOf(run)).toBe(message);
  });
});

describe('parsePreprocessing', () => {
  it.each<Preprocessing>([
    { inputShape: [1, 28, 28], normalization: { mean: [0.1307], std: [0.3081] }, resize: 'exact' },
    { inputShape: [3, 224, 224], normalization: plain(3), resize: 'centerCrop', cropFraction: 0.875 },
  ])('reads what was written: %j', (preprocessing) => {
    expect(parsePreprocessing(JSON.parse(JSON.stringify(preprocessing)))).toEqual(preprocessing);
  });

  it.each<[unknown, string]>([
    [
      null,
      'parsePreprocessing: expected inputShape, normalization and resize, received null; inputShape is not [channels (1 or 3), height, width]; normalization has no mean and positive std by channel; resize is not one of exact, stretch, centerCrop. [data.preprocessing]',
    ],
    [
      { inputShape: [3, 8, 8], normalization: plain(1), resize: 'stretch', cropFraction: 2 },
      'parsePreprocessing: expected inputShape, normalization and resize, received {"inputShape":[3,8,8],"normalization":{"mean":[0],"std":[1]},"resize":"stretch","cropFraction":2}; normalization has no mean and positive std by channel; cropFraction is not above 0 and at most 1. [data.preprocessing]',
    ],
  ])('refuses %j', async (value, message) => {
    expect(await messageOf(() => parsePreprocessing(value))).toBe(message);
  });
});
