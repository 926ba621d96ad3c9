// 32-bit integers as two halves of 16 bits, exact in single precision: no intermediate result reaches 2^24.

import { literal } from './literal.ts';
import type { Writer } from './scope.ts';

/** Halves in `0 .. 65535`, each a name or a literal. */
export interface Word {
  readonly low: string;
  readonly high: string;
}

const HALF = '65536';
/** 2^-16: a product with it is exact where a quotient may not be. */
const BY_HALF = literal(2 ** -16);

export function wordOf(value: number): Word {
  return { low: String(value & 0xffff), high: String((value >>> 16) & 0xffff) };
}

/** The words of an exact number between -2^32 and 2^32. */
export function splitNumber(writer: Writer, code: string): Word {
  const quotient = writer.constant('w', `Math.floor(${code} * ${BY_HALF})`);
  return { low: writer.constant('w', `${code} - ${quotient} * ${HALF}`), high: remainder(writer, quotient) };
}

/** Modulo 2^16. */
function remainder(writer: Writer, code: string): string {
  const carry = writer.constant('w', `Math.floor(${code} * ${BY_HALF})`);
  return writer.constant('w', `${code} - ${carry} * ${HALF}`);
}

export function signedHigh(writer: Writer, { high }: Word): string {
  const name = writer.variable('w', high);
  writer.branch(`${high} >= 32768`, () => writer.line(`${name} = ${high} - ${HALF};`));
  return name;
}

/** The signed value; rounded once where it has more than 24 bits. */
export function signedValue(writer: Writer, word: Word): string {
  return writer.constant('w', `${signedHigh(writer, word)} * ${HALF} + ${word.low}`);
}

export function unsignedValue(writer: Writer, { low, high }: Word): string {
  return writer.constant('w', `${high} * ${HALF} + ${low}`);
}

export function addWords(writer: Writer, a: Word, b: Word): Word {
  return carried(writer, `${a.low} + ${b.low}`, `${a.high} + ${b.high}`);
}

export function subtractWords(writer: Writer, a: Word, b: Word): Word {
  return carried(writer, `${a.low} - ${b.low}`, `${a.high} - ${b.high}`);
}

function carried(writer: Writer, low: string, high: string): Word {
  const sum = writer.constant('w', low);
  const carry = writer.constant('w', `Math.floor(${sum} * ${BY_HALF})`);
  const top = writer.constant('w', `${high} + ${carry}`);
  return { low: writer.constant('w', `${sum} - ${carry} * ${HALF}`), high: remainder(writer, top) };
}

/** The left factor is taken byte by byte, so that products have 24 bits. */
export function multiplyWords(writer: Writer, a: Word, b: Word): Word {
  const { low, high } = byteProducts(writer, a.low, b.low);
  const lowest = remainder(writer, low);
  const shifted = lowByte(writer, high);
  const sum = writer.constant('w', `${lowest} + ${shifted} * 256`);
  const carry = writer.constant('w', `Math.floor(${sum} * ${BY_HALF})`);
  const top = [
    `Math.floor(${low} * ${BY_HALF})`,
    `Math.floor(${high} * ${literal(2 ** -8)})`,
    lowHalfOfProduct(writer, a.high, b.low),
    lowHalfOfProduct(writer, a.low, b.high),
    carry,
  ].reduce((total, part) => writer.constant('w', `${total} + ${part}`));
  return { low: writer.constant('w', `${sum} - ${carry} * ${HALF}`), high: remainder(writer, top) };
}

/** `code * by` as `low + 256 * high`, each below 2^24. */
function byteProducts(writer: Writer, code: string, by: string): { readonly low: string; readonly high: string } {
  const upper = writer.constant('w', `Math.floor(${code} * ${literal(2 ** -8)})`);
  const lower = writer.constant('w', `${code} - ${upper} * 256`);
  return { low: writer.constant('w', `${lower} * ${by}`), high: writer.constant('w', `${upper} * ${by}`) };
}

function lowByte(writer: Writer, code: string): string {
  const rest = writer.constant('w', `Math.floor(${code} * ${literal(2 ** -8)})`);
  return writer.constant('w', `${code} - ${rest} * 256`);
}

function lowHalfOfProduct(writer: Writer, a: string, b: string): string {
  const { low, high } = byteProducts(writer, a, b);
  return writer.constant('w', `${remainder(writer, low)} + ${lowByte(writer, high)} * 256`);
}

export function xorWords(writer: Writer, a: Word, b: Word): Word {
  return { low: writer.constant('w', `${a.low} ^ ${b.low}`), high: writer.constant('w', `${a.high} ^ ${b.high}`) };
}

/** Logical shift right by 0 to 31. */
export function shiftWord(writer: Writer, { low, high }: Word, by: number): Word {
  if (by === 0) return { low, high };
  if (by >= 16) return { low: writer.constant('w', `Math.floor(${high} * ${literal(2 ** (16 - by))})`), high: '0' };
  const moved = literal(2 ** -by);
  const top = writer.constant('w', `Math.floor(${high} * ${moved})`);
  const falling = writer.constant('w', `${high} - ${top} * ${literal(2 ** by)}`);
  const kept = writer.constant('w', `Math.floor(${low} * ${moved})`);
  return { low: writer.constant('w', `${kept} + ${falling} * ${literal(2 ** (16 - by))}`), high: top };
}

export function equalWords(a: Word, b: Word): string {
  return `(${a.low} === ${b.low} && ${a.high} === ${b.high})`;
}

export function lessWords(writer: Writer, a: Word, b: Word, orEqual: boolean): string {
  const [left, right] = [signedHigh(writer, a), signedHigh(writer, b)];
  return `(${left} < ${right} || (${left} === ${right} && ${a.low} ${orEqual ? '<=' : '<'} ${b.low}))`;
}
