// Operations on f32 values, each as statements that every target computes alike.

import type { BinaryOp, UnaryOp } from '@netwright/compiler';
import { literal } from './literal.ts';
import type { Writer } from './scope.ts';

/** Numbers from here on are even or infinite. */
const HUGE = literal(2 ** 127);

/** How a target treats numbers. */
export interface Dialect {
  /**
   * Whether it is JavaScript or WebAssembly: `Math.max` and comparisons treat NaN as JavaScript does, functions are as exact, addresses are cheapest as
   * integers, and code may be long. GPUs take minutes to compile long code with conditions.
   */
  readonly isHost: boolean;
}

export interface FloatContext extends Dialect {
  /** The name of the argument that holds infinity. */
  readonly infinity: () => string;
}

export type FloatOp = Extract<BinaryOp, 'add' | 'sub' | 'mul' | 'div' | 'min' | 'max' | 'pow'>;

const INFIX: Readonly<Partial<Record<FloatOp, string>>> = { add: '+', sub: '-', mul: '*', div: '/' };

export function floatBinary(writer: Writer, op: FloatOp, a: string, b: string, context: FloatContext): string {
  const sign = INFIX[op];
  if (sign !== undefined) return writer.constant('v', `${a} ${sign} ${b}`);
  if (op === 'pow') return power(writer, a, b, context);
  const { isHost, infinity } = context;
  return isHost ? writer.constant('v', `Math.${op}(${a}, ${b})`) : extreme(writer, op, a, b, infinity());
}

/** NaN stays in the sum. */
function extreme(writer: Writer, op: FloatOp, a: string, b: string, infinity: string): string {
  const areNumbers = `${isNumber(a, infinity)} && ${isNumber(b, infinity)}`;
  return writer.where('v', areNumbers, `Math.${op}(${a}, ${b})`, `${a} + ${b}`);
}

/** False for NaN. Compilers for GPUs turn other conditions round as if there were no NaN. */
export function isNumber(code: string, infinity: string): string {
  return `Math.abs(${code}) <= ${infinity}`;
}

/** Series of half the logarithm of (1 + x) / (1 - x), after its first term, in x squared; and of the exponential after its first. */
const LOGARITHM = [3, 5, 7, 9, 11, 13, 15].map((power) => 1 / power);
const EXPONENTIAL = [1, 2, 6, 24, 120, 720, 5040].map((factorial) => 1 / factorial);

/** Near 1 GPUs lose digits, which is where powers are subtracted from 1. As in C: 1 to any power is 1, and so is -1 to an infinite one; a negative base to an odd power is negative. */
function power(writer: Writer, a: string, b: string, { isHost, infinity }: FloatContext): string {
  const isOne = `${a} === 1 || (${a} === -1 && Math.abs(${b}) > ${HUGE})`;
  if (isHost) return writer.where('v', isOne, '1', `Math.pow(${a}, ${b})`);
  const base = writer.constant('v', `Math.abs(${a})`);
  const name = writer.variable('v', `Math.pow(${base}, ${b})`);
  writer.branch(`${base} > 0.5 && ${base} < 2`, () => {
    const ratio = writer.constant('v', `(${base} - 1) / (${base} + 1)`);
    const square = writer.constant('v', `${ratio} * ${ratio}`);
    const half = writer.constant('v', `${ratio} + ${ratio} * ${series(writer, LOGARITHM, square)}`);
    const exponent = writer.constant('v', `2 * ${b} * ${half}`);
    writer.line(`${name} = Math.exp(${exponent});`);
    writer.set(`Math.abs(${exponent}) < 0.5`, name, `1 + ${series(writer, EXPONENTIAL, exponent)}`);
  });
  writer.set(`${a} === 0 && ${b} > 0`, name, '0');
  writer.set(`${a} === 0 && ${b} < 0`, name, infinity());
  writer.set(`${b} === 0 || ${isOne}`, name, '1');
  writer.branch(`${a} < 0 && ${b} !== 0 && Math.abs(${b}) < ${HUGE}`, () => {
    const half = writer.constant('v', `${b} * 0.5`);
    const isWhole = `Math.floor(${b}) === ${b}`;
    writer.set(`${isWhole} && Math.floor(${half}) !== ${half}`, name, `-${name}`);
    writer.set(`Math.floor(${b}) !== ${b}`, name, `Math.sqrt(${a})`);
  });
  return name;
}

export function floatUnary(writer: Writer, op: Exclude<UnaryOp, 'not'>, x: string, { isHost }: Dialect): string {
  if (op === 'neg') return writer.constant('v', `-${x}`);
  if ((op === 'sin' || op === 'cos') && !isHost) return wave(writer, op, x);
  if (op !== 'sign') return writer.constant('v', `Math.${op}(${x})`);
  const name = writer.where('v', `${x} > 0`, '1', x);
  writer.set(`${x} < 0`, name, '-1');
  return name;
}

/** pi / 2 in three parts, so that products with small whole numbers are exact, and series of sine and cosine (Cephes, `sinf`). */
const QUARTER = [1.5703125, 4.837512969970703e-4, 7.549789954891882e-8];
const SINE = [-1 / 6, 8.3321608736e-3, -1.9515295891e-4];
const COSINE = [-0.5, 4.166664568298827e-2, -1.388731625493765e-3, 2.443315711809948e-5];

/** Some GPUs are wrong in the fourth digit; beyond 8192 they are left to it. */
function wave(writer: Writer, op: 'sin' | 'cos', x: string): string {
  const name = writer.variable('v', `Math.${op}(${x})`);
  writer.branch(`Math.abs(${x}) < 8192`, () => {
    const turns = writer.constant('v', `Math.floor(${x} * ${literal(2 / Math.PI)} + 0.5)`);
    const rest = QUARTER.reduce((code, part) => writer.constant('v', `${code} - ${turns} * ${literal(part)}`), x);
    const square = writer.constant('v', `${rest} * ${rest}`);
    const sine = writer.constant('v', `${rest} + ${rest} * ${series(writer, SINE, square)}`);
    const cosine = writer.constant('v', `1 + ${series(writer, COSINE, square)}`);
    const shifted = op === 'sin' ? turns : writer.constant('v', `${turns} + 1`);
    const quarter = writer.constant('v', `${shifted} - Math.floor(${shifted} * 0.25) * 4`);
    writer.line(`${name} = ${sine};`);
    [cosine, `-${sine}`, `-${cosine}`].forEach((value, at) => {
      writer.set(`${quarter} === ${String(at + 1)}`, name, value);
    });
  });
  return name;
}

/** `x * (c0 + x * (c1 + ...))`. */
function series(writer: Writer, coefficients: readonly number[], x: string): string {
  const [last, ...rest] = coefficients.toReversed();
  const first = writer.constant('v', `${x} * ${literal(last)}`);
  return rest.reduce((sum, coefficient) => writer.constant('v', `(${sum} + ${literal(coefficient)}) * ${x}`), first);
}
