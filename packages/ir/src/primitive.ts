// What each primitive must provide, in one record.

import type { PrimitiveAttrs, PrimitiveName } from './ops/attributes.ts';
import type { Tensor } from './tensor.ts';
import type { TensorType } from './tensor-type.ts';

/** A host tensor of the reference semantics: row-major numbers (bool as 0 and 1), of concrete shape. */
export interface NdArray {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** Facts that passes ask for instead of asking for names. */
export interface PrimitiveTraits {
  /**
   * `leaf`: reads no tensors but scalars (the key of `random`); `elementwise`: output element i depends on input elements i only, all of one shape; `view`: every output
   * element is one input element or a constant; `reduction`; `contraction`: linear in each of two inputs; `window`; `gather`.
   */
  readonly family: 'leaf' | 'elementwise' | 'view' | 'reduction' | 'contraction' | 'window' | 'gather';
  readonly commutative?: boolean;
}

/** A node with the gradient of its result, from which those of its inputs are built (a product of a vector with its Jacobian). */
export interface VjpContext<K extends PrimitiveName> {
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  readonly attrs: PrimitiveAttrs[K];
  /** Gradient of the output; same type as the output. */
  readonly grad: Tensor;
  /** Which inputs need a gradient; rules may return undefined for the others, and where the gradient is zero everywhere. */
  readonly needs: readonly boolean[];
}

/** Gradients of a primitive's inputs, built from graph ops. */
export type GradientRule<K extends PrimitiveName> = (context: VjpContext<K>) => readonly (Tensor | undefined)[];

/** What a primitive is evaluated on: arrays in row-major order, and sizes that are numbers throughout. */
export interface EvaluateContext<K extends PrimitiveName> {
  readonly inputs: readonly NdArray[];
  readonly inputTypes: readonly TensorType[];
  readonly attrs: PrimitiveAttrs[K];
  /** Concrete shape of the result. */
  readonly shape: readonly number[];
  /** Binds symbolic dimensions that attributes mention. */
  readonly dims: Readonly<Record<string, number>>;
  /** Rounds an intermediate sum: identity in f64, `Math.fround` in f32. */
  readonly round: (value: number) => number;
}

/** Everything that the language knows of one operation, whatever backend runs it. */
export interface Primitive<K extends PrimitiveName> {
  readonly name: K;
  readonly traits: PrimitiveTraits;
  /** The result's type; throws a NetwrightError that lists everything wrong. */
  infer(inputs: readonly TensorType[], attrs: PrimitiveAttrs[K]): TensorType;
  /** Multiply-adds of convolutions and matrix products for concrete shapes; 0 for all others. */
  macs(inputs: readonly (readonly number[])[], attrs: PrimitiveAttrs[K], output: readonly number[]): number;
  /** The definition: plain loops in double precision. */
  evaluate(context: EvaluateContext<K>): Float64Array;
}

/** Samples of a primitive, kept beside it in `<op>.samples.ts`: inputs for conformance, finite differences and extremes. */
export interface PrimitiveSample<K extends PrimitiveName = PrimitiveName> {
  readonly name: string;
  readonly op: K;
  readonly attrs: PrimitiveAttrs[K];
  readonly inputs: readonly {
    readonly type: TensorType;
    /** `normal` draws seeded normal values; ranges are uniform; `integers` are in [low, high); `values` are given as they are. */
    readonly fill:
      | { readonly kind: 'normal' }
      | { readonly kind: 'uniform'; readonly low: number; readonly high: number }
      | { readonly kind: 'integers'; readonly low: number; readonly high: number }
      | { readonly kind: 'values'; readonly values: readonly number[] };
  }[];
  /** False where the value is not smooth at the sample (ties, kinks) or has no gradient. */
  readonly differentiable: boolean;
}
