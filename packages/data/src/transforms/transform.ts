// The contract of transforms: pure functions of images and of which samples they are.

import type { ImageShape } from '../dataset.ts';

/** Which samples, of which epoch, a transform is given; all chance comes from these numbers. */
export interface TransformContext {
  readonly seed: number;
  readonly epoch: number;
  /** Different for each place in a pipeline: the `stream` of `randomKeys(seed, epoch, stream)`. */
  readonly stream: number;
  /** Positions of the images in their dataset: the counters of random numbers. */
  readonly indices: Int32Array;
  /** `[channels, height, width]` of each image. */
  readonly shape: ImageShape;
}

/** A step between a data set and a model: augmentation, normalization. */
export interface Transform {
  readonly name: string;
  /** What it was made with, as plain JSON; name and options say what it does. */
  readonly options: Readonly<Record<string, unknown>>;
  /**
   * Images [n, C, H, W] of the same shape. May write into the array that it is given and return it. Random choices depend
   * on the context alone, so an image comes out the same in whatever batch it is.
   */
  apply(images: Float32Array, context: TransformContext): Float32Array;
}

/** The stream of a whole pipeline. */
export const ROOT_STREAM = 0x7a3f;
