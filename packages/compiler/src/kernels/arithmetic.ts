// What the scalar operations of kernels mean, on doubles that hold values of the kernel's element types.

import type { BinaryOp, KernelDType, UnaryOp } from './kernel.ts';

/** A number as the nearest value of an element type: integers wrap, f32 stays in double precision. */
export function wrap(value: number, dtype: KernelDType): number {
  switch (dtype) {
    case 'f32':
    case 'bool':
      return value;
    case 'i32':
      return value | 0;
    case 'u32':
      return value >>> 0;
  }
}

/** `op x` for x of `dtype`. */
export function applyUnary(op: UnaryOp, dtype: KernelDType, x: number): number {
  switch (op) {
    case 'neg':
      return wrap(-x, dtype);
    case 'abs':
      return wrap(Math.abs(x), dtype);
    case 'not':
      return x === 0 ? 1 : 0;
    case 'sign':
    case 'floor':
    case 'sqrt':
    case 'exp':
    case 'log':
    case 'sin':
    case 'cos':
      return Math[op](x);
  }
}

/** `a op b` for a and b of `dtype`; powers are those of C, where 1 to any power is 1. */
export function applyBinary(op: BinaryOp, dtype: KernelDType, a: number, b: number): number {
  switch (op) {
    case 'add':
      return wrap(a + b, dtype);
    case 'sub':
      return wrap(a - b, dtype);
    case 'mul':
      return dtype === 'f32' ? a * b : wrap(Math.imul(a, b), dtype);
    case 'div':
      return a / b;
    case 'min':
      return Math.min(a, b);
    case 'max':
      return Math.max(a, b);
    case 'pow':
      return a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b;
    case 'xor':
      return wrap(a ^ b, dtype);
    case 'shr':
      return wrap(a >>> b, dtype);
    case 'eq':
      return a === b ? 1 : 0;
    case 'lt':
      return a < b ? 1 : 0;
    case 'le':
      return a <= b ? 1 : 0;
    case 'and':
      return a !== 0 && b !== 0 ? 1 : 0;
    case 'or':
      return a !== 0 || b !== 0 ? 1 : 0;
  }
}

/** Casts from f32 truncate and are limited to the range of the integer type; NaN gives 0. */
export function convert(x: number, from: KernelDType, to: KernelDType): number {
  if (to === 'bool') return x !== 0 ? 1 : 0;
  if (to === 'f32') return x;
  if (from !== 'f32') return wrap(x, to);
  const [low, high] = to === 'i32' ? [-(2 ** 31), 2 ** 31 - 1] : [0, 2 ** 32 - 1];
  return Number.isNaN(x) ? 0 : Math.min(Math.max(Math.trunc(x), low), high);
}
