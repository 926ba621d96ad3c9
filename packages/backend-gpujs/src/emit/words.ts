// 32-bit integers as two halves of 16 bits, exact in single precision: no intermediate result reaches 2^24.

import { literal } from './literal.ts';
import type { Writer } from './scope.ts';

/** Halves in `0 .. 65535`, each a name or a literal. */
export type Word = readonly [low: string, high: string];

const HALF = '65536';

export function wordOf(value: number): Word {
  return [String(value & 0xffff), String((value >>> 16) & 0xffff)];
}

/** The words of an exact number between -2^32 and 2^32. */
export function splitNumber(writer: Writer, code: string): Word {
  const [low, quotient] = split(writer, code, 16);
  return [low, remainder(writer, quotient)];
}

/** The value, signed or not; rounded once where it has more than 24 bits. */
export function numberOf(writer: Writer, [low, high]: Word, isSigned: boolean): string {
  return writer.constant('w', `${isSigned ? signedHigh(writer, high) : high} * ${HALF} + ${low}`);
}

function signedHigh(writer: Writer, high: string): string {
  return writer.where('w', `${high} >= 32768`, `${high} - ${HALF}`, high);
}

/** `code` modulo `2^bits`, and how often that goes into it: a product is exact where a quotient may not be. */
function split(writer: Writer, code: string, bits: number): readonly [rest: string, quotient: string] {
  const quotient = writer.constant('w', `Math.floor(${code} * ${literal(2 ** -bits)})`);
  return [writer.constant('w', `${code} - ${quotient} * ${String(2 ** bits)}`), quotient];
}

function remainder(writer: Writer, code: string): string {
  return split(writer, code, 16)[0];
}

type WordOp = (writer: Writer, a: Word, b: Word) => Word;

export const WORD_OPS: Readonly<Record<'add' | 'sub' | 'mul' | 'xor' | 'min' | 'max', WordOp>> = {
  add: (writer, a, b) => carried(writer, `${a[0]} + ${b[0]}`, `${a[1]} + ${b[1]}`),
  sub: (writer, a, b) => carried(writer, `${a[0]} - ${b[0]}`, `${a[1]} - ${b[1]}`),
  mul: multiply,
  xor: (writer, a, b) => [writer.constant('w', `${a[0]} ^ ${b[0]}`), writer.constant('w', `${a[1]} ^ ${b[1]}`)],
  min: (writer, a, b) => whereWords(writer, lessWords(writer, a, b, false), a, b),
  max: (writer, a, b) => whereWords(writer, lessWords(writer, a, b, false), b, a),
};

function carried(writer: Writer, lows: string, highs: string): Word {
  const [low, carry] = split(writer, writer.constant('w', lows), 16);
  return [low, remainder(writer, writer.constant('w', `${highs} + ${carry}`))];
}

/** The left factor is taken byte by byte, so that products have 24 bits. */
function multiply(writer: Writer, a: Word, b: Word): Word {
  const [sum, first, second] = byBytes(writer, a[0], b[0]);
  const [low, carry] = split(writer, sum, 16);
  const parts = [
    `Math.floor(${first} * ${literal(2 ** -16)})`,
    `Math.floor(${second} * ${literal(2 ** -8)})`,
    byBytes(writer, a[1], b[0])[0],
    byBytes(writer, a[0], b[1])[0],
  ];
  const high = parts.reduce((total, part) => writer.constant('w', `${total} + ${part}`), carry);
  return [low, remainder(writer, high)];
}

/** `code * by` as `first + 256 * second`, and what of it lies below 2^17 and is the same modulo 2^16. */
function byBytes(writer: Writer, code: string, by: string): readonly [low: string, first: string, second: string] {
  const [lower, upper] = split(writer, code, 8);
  const [first, second] = [writer.constant('w', `${lower} * ${by}`), writer.constant('w', `${upper} * ${by}`)];
  const low = writer.constant('w', `${remainder(writer, first)} + ${split(writer, second, 8)[0]} * 256`);
  return [low, first, second];
}

/** Logical shift right by 0 to 31. */
export function shiftWord(writer: Writer, [low, high]: Word, by: number): Word {
  if (by === 0) return [low, high];
  if (by >= 16) return [writer.constant('w', `Math.floor(${high} * ${literal(2 ** (16 - by))})`), '0'];
  const [falling, top] = split(writer, high, by);
  const kept = writer.constant('w', `Math.floor(${low} * ${literal(2 ** -by)})`);
  return [writer.constant('w', `${kept} + ${falling} * ${literal(2 ** (16 - by))}`), top];
}

export function equalWords(a: Word, b: Word): string {
  return `(${a[0]} === ${b[0]} && ${a[1]} === ${b[1]})`;
}

export function lessWords(writer: Writer, a: Word, b: Word, orEqual: boolean): string {
  const [left, right] = [signedHigh(writer, a[1]), signedHigh(writer, b[1])];
  return `(${left} < ${right} || (${left} === ${right} && ${a[0]} ${orEqual ? '<=' : '<'} ${b[0]}))`;
}

export function whereWords(writer: Writer, condition: string, a: Word, b: Word): Word {
  return [writer.where('w', condition, a[0], b[0]), writer.where('w', condition, a[1], b[1])];
}
