// The closed list of primitives with their attributes. Every table over primitives is a mapped type over these keys.

import type { Dim, Shape } from '../dim.ts';
import type { DType } from '../tensor-type.ts';

/** Of an operation that its inputs define completely. */
export type NoAttrs = Readonly<Record<string, never>>;

/** Along rows (the height) and along columns (the width). */
export type Pair = readonly [number, number];
/** `[top, left, bottom, right]`. */
export type Padding = readonly [number, number, number, number];

/** Of a convolution of [N, C, H, W] and of both its gradients; pairs are rows, then columns. */
export interface Conv2dAttrs {
  readonly stride: Pair;
  readonly padding: Padding;
  readonly dilation: Pair;
  readonly groups: number;
}

/** The windows of a pooling of [N, C, H, W]; pairs are rows, then columns. */
export interface Pool2dAttrs {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: Padding;
  readonly ceilMode: boolean;
}

/** The windows of a maximum; padding never is the largest. */
export type MaxPool2dAttrs = Pool2dAttrs & { readonly dilation: Pair };
/** The windows of a mean, and whether padding counts in its divisor. */
export type AvgPool2dAttrs = Pool2dAttrs & { readonly countIncludePad: boolean };

/** The closed list of primitives: what each needs beside its inputs, all of it resolved (no defaults, no negative axes). */
export interface PrimitiveAttrs {
  // Leaves
  /** A tensor of fixed numbers: one value for all elements, or all in row-major order. */
  readonly constant: { readonly values: readonly number[]; readonly dtype: DType; readonly shape: Shape };
  /** The size of a (possibly symbolic) dimension as an f32 scalar. */
  readonly dimSize: { readonly dim: Dim };
  /** i32 positions along `axis`. */
  readonly iota: { readonly shape: Shape; readonly axis: number };
  /** f32 uniform in [0, 1), a function of (seed, step, stream, element index). */
  readonly random: { readonly shape: Shape; readonly stream: number };
  // Elementwise
  readonly neg: NoAttrs;
  readonly abs: NoAttrs;
  readonly sign: NoAttrs;
  readonly floor: NoAttrs;
  readonly exp: NoAttrs;
  readonly log: NoAttrs;
  readonly sqrt: NoAttrs;
  readonly sin: NoAttrs;
  readonly cos: NoAttrs;
  readonly tanh: NoAttrs;
  readonly erf: NoAttrs;
  readonly isFinite: NoAttrs;
  readonly not: NoAttrs;
  readonly cast: { readonly dtype: DType };
  readonly add: NoAttrs;
  readonly sub: NoAttrs;
  readonly mul: NoAttrs;
  readonly div: NoAttrs;
  readonly pow: NoAttrs;
  readonly maximum: NoAttrs;
  readonly minimum: NoAttrs;
  readonly eq: NoAttrs;
  readonly lt: NoAttrs;
  readonly le: NoAttrs;
  readonly and: NoAttrs;
  readonly or: NoAttrs;
  /** (condition, a, b): a where the condition holds, else b. */
  readonly where: NoAttrs;
  // Reductions
  readonly sum: { readonly axes: readonly number[]; readonly keepDims: boolean };
  readonly amax: { readonly axes: readonly number[]; readonly keepDims: boolean };
  /** i32 position of the first maximum along one axis, which is removed. */
  readonly argmax: { readonly axis: number };
  // Shape
  readonly reshape: { readonly shape: Shape };
  readonly transpose: { readonly perm: readonly number[] };
  readonly broadcastTo: { readonly shape: Shape };
  /**
   * Elements `start + k * step < end` of every axis. A symbolic dimension is taken whole: start 0, end its name,
   * step 1.
   */
  readonly slice: {
    readonly starts: readonly number[];
    readonly ends: readonly Dim[];
    readonly steps: readonly number[];
  };
  /** `before` and `after` copies of `value` at the ends of each axis and `interior` ones between neighbours. */
  readonly pad: {
    readonly before: readonly number[];
    readonly after: readonly number[];
    readonly interior: readonly number[];
    readonly value: number;
  };
  readonly concat: { readonly axis: number };
  /** (x, indices): `out[a.., i.., b..] = x[a.., indices[i..], b..]`; indices outside the axis give 0. */
  readonly gather: { readonly axis: number };
  /** (g, indices): the adjoint of `gather`: sums g over the positions that read each of `size` elements. */
  readonly gatherAdjoint: { readonly axis: number; readonly size: Dim };
  // Contractions
  /** (a, b) over the last two axes; the axes before them are equal (the function `matmul` broadcasts them). */
  readonly matmul: NoAttrs;
  /** (x, weight): cross-correlation, x [N, C, H, W], weight [O, C / groups, KH, KW]. */
  readonly conv2d: Conv2dAttrs;
  /** (grad, weight): gradient of conv2d for an input of `inputSize` [H, W]; also transposed convolution. */
  readonly conv2dInputGrad: Conv2dAttrs & { readonly inputSize: Pair };
  /** (x, grad): gradient of conv2d for a weight of spatial size `kernel`. */
  readonly conv2dWeightGrad: Conv2dAttrs & { readonly kernel: Pair };
  // Windows
  readonly maxPool2d: MaxPool2dAttrs;
  /** i32 tap (kh * KW + kw) of the first maximum of each window. */
  readonly maxPool2dIndices: MaxPool2dAttrs;
  /** (v, indices): v at each window's tap. */
  readonly maxPool2dSelect: MaxPool2dAttrs;
  /** (g, indices): the adjoint of the selection, for an input of `inputSize` [H, W]. */
  readonly maxPool2dScatter: MaxPool2dAttrs & { readonly inputSize: Pair };
  readonly avgPool2d: AvgPool2dAttrs;
  /** The adjoint of avgPool2d for an input of `inputSize` [H, W]. */
  readonly avgPool2dAdjoint: AvgPool2dAttrs & { readonly inputSize: Pair };
}

/** The name of an operation of the closed list. */
export type PrimitiveName = keyof PrimitiveAttrs;
