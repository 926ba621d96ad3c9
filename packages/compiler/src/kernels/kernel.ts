// Kernel IR: loop nests over output and reduction axes with one scalar expression for each output.

import type { Guard, Index } from './index-expression.ts';

/** Element types of kernel expressions. `bool` exists in expressions and as a stored byte; `u32` only in expressions. */
export type KernelDType = 'f32' | 'i32' | 'u32' | 'bool';

/** Element types of buffers in memory. */
export type BufferDType = 'f32' | 'i32' | 'u8' | 'bool';

/** Operations of one operand; on integers results wrap, `not` takes and gives bool. */
export type UnaryOp = 'neg' | 'abs' | 'sign' | 'floor' | 'sqrt' | 'exp' | 'log' | 'sin' | 'cos' | 'not';

/**
 * `add` ... `max` on numbers (`div` of f32 only; `min`/`max` propagate NaN); `pow` of f32, as in C; `xor`, `shr` (logical, by a constant) and
 * wrapping `add`/`mul` on u32; comparisons give bool; `and`/`or` take bool.
 */
export type BinaryOp =
  'add' | 'sub' | 'mul' | 'div' | 'min' | 'max' | 'pow' | 'xor' | 'shr' | 'eq' | 'lt' | 'le' | 'and' | 'or';

/**
 * `argmax` gives the i32 position of the first maximum in row-major order of `axes`, NaN counting as the largest; the others give the body's dtype.
 */
export type ReduceOp = 'sum' | 'max' | 'argmax';

/** One scalar, for one point of a kernel's axes. Expressions may share parts; nothing in them has an effect. */
export type Expr =
  | { readonly kind: 'const'; readonly dtype: KernelDType; readonly value: number }
  /** The i32 value of an index. */
  | { readonly kind: 'index'; readonly dtype: 'i32'; readonly index: Index }
  /** One element of a buffer; where a guard does not hold the memory is not read and the value is `fill`. u8 buffers load as i32. */
  | {
      readonly kind: 'load';
      readonly dtype: KernelDType;
      readonly buffer: number;
      readonly index: readonly Index[];
      readonly guards: readonly Guard[];
      readonly fill: number;
    }
  | { readonly kind: 'unary'; readonly dtype: KernelDType; readonly op: UnaryOp; readonly x: Expr }
  | { readonly kind: 'binary'; readonly dtype: KernelDType; readonly op: BinaryOp; readonly a: Expr; readonly b: Expr }
  | {
      readonly kind: 'select';
      readonly dtype: KernelDType;
      readonly condition: Expr;
      readonly a: Expr;
      readonly b: Expr;
    }
  /**
   * f32 -> i32/u32 truncates toward zero, limited to the type's range, NaN to 0; i32 <-> u32 keeps the bits; u32 -> f32 is exact below 2^24 and
   * rounded above; bool -> 0 or 1.
   */
  | { readonly kind: 'cast'; readonly dtype: KernelDType; readonly x: Expr }
  /** `a` where every guard holds, `b` elsewhere; the branch not taken is not evaluated (padding, concatenation). */
  | {
      readonly kind: 'guarded';
      readonly dtype: KernelDType;
      readonly guards: readonly Guard[];
      readonly a: Expr;
      readonly b: Expr;
    }
  /** A reduction over `axes` (ids of reduction axes of the kernel); reductions do not nest. */
  | {
      readonly kind: 'reduce';
      readonly dtype: KernelDType;
      readonly op: ReduceOp;
      readonly axes: readonly number[];
      readonly body: Expr;
    };

/** A loop axis; ids are unique within a kernel and `extent` is at least 1. */
export interface Axis {
  readonly id: number;
  readonly extent: number;
}

/** One stored value. Over all iterations of the output axes, the (affine) index visits each stored element exactly once. */
export interface KernelOutput {
  readonly buffer: number;
  readonly index: readonly Index[];
  readonly value: Expr;
}

/**
 * For every point of `axes`: evaluate each output's value and store it. Reduction axes are bound by the `reduce` expressions that name them.
 * A kernel may read a buffer that it writes only at the element that the same iteration writes.
 */
export interface Kernel {
  /** Readable and unique in its program, e.g. `layer1.0.conv1:conv2d+relu`. */
  readonly name: string;
  /** Scopes of the graph nodes that this kernel computes, first the one that gave it its name. */
  readonly sources: readonly { readonly node: number; readonly op: string; readonly scope: string }[];
  readonly axes: readonly Axis[];
  readonly reductionAxes: readonly Axis[];
  readonly outputs: readonly KernelOutput[];
}

/**
 * Where a logical tensor's elements lie: element `[i0, i1, ...]` is at `offset + sum(i_k * strides[k])`, in elements, within `size`.
 * Anything not addressed so is padding and holds zero. Row-major when a pass has not chosen otherwise.
 */
export interface Storage {
  readonly strides: readonly number[];
  readonly offset: number;
  readonly size: number;
}

/** Where the elements of a buffer come from, and where they go. */
export type BufferRole =
  /** Given at each run. */
  | { readonly kind: 'input'; readonly name: string }
  /** Owned by the store under this name: parameters, running statistics, optimizer moments. */
  | { readonly kind: 'persistent'; readonly name: string }
  /** Fixed data, row-major. */
  | { readonly kind: 'constant'; readonly data: readonly number[] }
  /** Returned from each run under these names. */
  | { readonly kind: 'output'; readonly names: readonly string[] }
  | { readonly kind: 'temporary' };

/** A tensor of a kernel program: what it is for, and how its elements lie in memory. */
export interface BufferDecl {
  readonly id: number;
  readonly dtype: BufferDType;
  readonly shape: readonly number[];
  readonly role: BufferRole;
  readonly storage: Storage;
}

/** Kernels in execution order over declared buffers. `buffers[i].id === i`. */
export interface KernelProgram {
  readonly buffers: readonly BufferDecl[];
  readonly kernels: readonly Kernel[];
}
