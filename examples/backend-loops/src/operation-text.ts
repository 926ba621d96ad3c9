// Scalar operations of kernels in JavaScript. f32 values are doubles that are rounded when they are stored, bool is 0 or 1.

import type { BinaryOp, KernelDType, UnaryOp } from '@netwright/compiler';

/** What the statements call. */
export const PRELUDE = `
const within = (index, lower, upper) => index >= lower && index < upper;
const modulo = (x, by) => x - Math.floor(x / by) * by;
const power = (a, b) => (a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b);
const limited = (x, low, high) => (x !== x ? 0 : Math.min(Math.max(Math.trunc(x), low), high));
const same = (x) => x;
const toBool = (x) => (x !== 0 ? 1 : 0);
const f32_to_f32 = same, i32_to_f32 = same, u32_to_f32 = same, bool_to_f32 = same;
const f32_to_i32 = (x) => limited(x, -(2 ** 31), 2 ** 31 - 1);
const i32_to_i32 = same, bool_to_i32 = same, u32_to_i32 = (x) => x | 0;
const f32_to_u32 = (x) => limited(x, 0, 2 ** 32 - 1);
const u32_to_u32 = same, bool_to_u32 = same, i32_to_u32 = (x) => x >>> 0;
const f32_to_bool = toBool, i32_to_bool = toBool, u32_to_bool = toBool, bool_to_bool = same;
`;

export function operationText(op: UnaryOp | BinaryOp, dtype: KernelDType, [a, b]: readonly string[]): string {
  const wrapped = (text: string): string =>
    dtype === 'i32' ? `(${text}) | 0` : dtype === 'u32' ? `(${text}) >>> 0` : text;
  const truth = (text: string): string => `(${text}) ? 1 : 0`;
  switch (op) {
    case 'neg':
      return wrapped(`-(${a})`);
    case 'abs':
      return wrapped(`Math.abs(${a})`);
    case 'not':
      return truth(`${a} === 0`);
    case 'sign':
    case 'floor':
    case 'sqrt':
    case 'exp':
    case 'log':
    case 'sin':
    case 'cos':
      return `Math.${op}(${a})`;
    case 'add':
      return wrapped(`${a} + ${b}`);
    case 'sub':
      return wrapped(`${a} - ${b}`);
    case 'mul':
      return dtype === 'f32' ? `${a} * ${b}` : wrapped(`Math.imul(${a}, ${b})`);
    case 'div':
      return `${a} / ${b}`;
    case 'min':
    case 'max':
      return `Math.${op}(${a}, ${b})`;
    case 'pow':
      return `power(${a}, ${b})`;
    case 'xor':
      return wrapped(`${a} ^ ${b}`);
    case 'shr':
      return wrapped(`${a} >>> ${b}`);
    case 'eq':
      return truth(`${a} === ${b}`);
    case 'lt':
      return truth(`${a} < ${b}`);
    case 'le':
      return truth(`${a} <= ${b}`);
    case 'and':
      return truth(`${a} !== 0 && ${b} !== 0`);
    case 'or':
      return truth(`${a} !== 0 || ${b} !== 0`);
  }
}
