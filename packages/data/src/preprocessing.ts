// How an image becomes the input of a model: plain JSON that a saved model carries.

import { NetwrightError } from '@netwright/ir';
import type { ImageShape } from './dataset.ts';
import { toPlanes, type Image } from './image.ts';
import { centerRectangle, resizeBilinear } from './resize.ts';
import type { Statistics } from './statistics.ts';

/** From an image file to a model's input: first the size, then the range 0 to 1, then the normalization. */
export interface Preprocessing {
  /** `[channels, height, width]`; 1 channel is grayscale, 3 are red, green, blue. */
  readonly inputShape: ImageShape;
  /** Applied to pixel values from 0 to 1. */
  readonly normalization: Statistics;
  /**
   * `exact` refuses images of other sizes; `stretch` resizes both sides; `centerCrop` takes the largest rectangle of the
   * input's proportions from the middle and resizes that.
   */
  readonly resize: ResizeMode;
  /** With `centerCrop`: share of that rectangle's sides to keep, e.g. 0.875 for "resize to 256, crop 224". Default 1. */
  readonly cropFraction?: number;
}

/** What becomes of an image of another size than the model's; see {@link Preprocessing}. */
export type ResizeMode = (typeof RESIZE_MODES)[number];

const RESIZE_MODES = ['exact', 'stretch', 'centerCrop'] as const;

/**
 * One image as model input [C, H, W]. Alpha is ignored; gray is the luma of colour; gray images fill all channels of a
 * colour model. Resizing is bilinear and antialiased, in floats.
 *
 * @throws NetwrightError `data.imageSize` when `resize` is `exact` and the size differs, `data.image` when the image is not consistent.
 */
export function preprocess(image: Image, preprocessing: Preprocessing): Float32Array {
  const { inputShape, normalization, resize, cropFraction = 1 } = preprocessing;
  const [channels, height, width] = inputShape;
  const same = image.width === width && image.height === height;
  if (resize === 'exact' && !same) throw sizeError(image, height, width);
  const from = [image.height, image.width] as const;
  const to = [height, width] as const;
  const cut = resize === 'centerCrop' ? centerRectangle(from, to, cropFraction) : undefined;
  const result = new Float32Array(channels * height * width);
  toPlanes(image, channels).forEach((plane, channel) => {
    const resized = resizeBilinear(plane, from, to, cut);
    const shift = normalization.mean[channel];
    const scale = 1 / normalization.std[channel];
    const start = channel * resized.length;
    for (let i = 0; i < resized.length; i++) result[start + i] = (resized[i] - shift) * scale;
  });
  return result;
}

/**
 * Checks what was read from JSON.
 *
 * @throws NetwrightError `data.preprocessing` with everything that is wrong.
 */
export function parsePreprocessing(value: unknown): Preprocessing {
  const fields: Partial<Record<string, unknown>> = typeof value === 'object' && value !== null ? { ...value } : {};
  const { inputShape, normalization, resize, cropFraction } = fields;
  const reasons: string[] = [];
  const shape = isImageShape(inputShape) ? inputShape : undefined;
  if (shape === undefined) reasons.push('inputShape is not [channels (1 or 3), height, width]');
  if (!isStatistics(normalization, shape?.[0])) reasons.push('normalization has no mean and positive std by channel');
  if (!isResizeMode(resize)) reasons.push(`resize is not one of ${RESIZE_MODES.join(', ')}`);
  if (cropFraction !== undefined && !isFraction(cropFraction))
    reasons.push('cropFraction is not above 0 and at most 1');
  if (shape === undefined || !isStatistics(normalization, shape[0]) || !isResizeMode(resize) || reasons.length > 0) {
    throw new NetwrightError({
      code: 'data.preprocessing',
      operation: 'parsePreprocessing',
      expected: 'inputShape, normalization and resize',
      received: JSON.stringify(value) ?? String(value),
      reasons,
    });
  }
  const parsed = { inputShape: shape, normalization, resize };
  return isFraction(cropFraction) ? { ...parsed, cropFraction } : parsed;
}

function sizeError(image: Image, height: number, width: number): NetwrightError {
  return new NetwrightError({
    code: 'data.imageSize',
    operation: 'preprocess',
    expected: `an image of ${String(width)} x ${String(height)} pixels`,
    received: `${String(image.width)} x ${String(image.height)}`,
    hint: 'resize the image, or let the model resize (resize: stretch or centerCrop)',
  });
}

function isImageShape(value: unknown): value is ImageShape {
  return (
    Array.isArray(value) &&
    value.length === 3 &&
    value.every((dim) => Number.isSafeInteger(dim) && dim > 0) &&
    (value[0] === 1 || value[0] === 3)
  );
}

function isStatistics(value: unknown, channels: number | undefined): value is Statistics {
  if (typeof value !== 'object' || value === null || !('mean' in value) || !('std' in value)) return false;
  const { mean, std } = value;
  return (
    isNumbers(mean) &&
    isNumbers(std) &&
    mean.length === std.length &&
    (channels === undefined || mean.length === channels) &&
    std.every((deviation) => deviation > 0)
  );
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => Number.isFinite(item));
}

function isResizeMode(value: unknown): value is ResizeMode {
  return RESIZE_MODES.some((mode) => mode === value);
}

function isFraction(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value <= 1;
}
