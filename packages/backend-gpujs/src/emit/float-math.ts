// Operations on f32 values, each as statements that every target computes alike.

import type { BinaryOp, UnaryOp } from '@netwright/compiler';
import { literal } from './literal.ts';
import type { Writer } from './scope.ts';

/** Numbers from here on are even or infinite. */
const HUGE = literal(2 ** 127);

/** How a target treats numbers. */
export interface Dialect {
  /** Whether `Math.max` and comparisons treat NaN as JavaScript does, and `Math.pow` takes negative bases. */
  readonly exactMath: boolean;
}

export type FloatOp = Extract<BinaryOp, 'add' | 'sub' | 'mul' | 'div' | 'min' | 'max' | 'pow'>;

const INFIX: Readonly<Record<string, string>> = { add: '+', sub: '-', mul: '*', div: '/' };

export function floatBinary(writer: Writer, op: FloatOp, a: string, b: string, { exactMath }: Dialect): string {
  switch (op) {
    case 'add':
    case 'sub':
    case 'mul':
    case 'div':
      return writer.constant('v', `${a} ${INFIX[op]} ${b}`);
    case 'min':
    case 'max':
      return exactMath ? writer.constant('v', `Math.${op}(${a}, ${b})`) : extreme(writer, op, a, b);
    case 'pow':
      return power(writer, a, b, exactMath);
  }
}

/** NaN, which fails both comparisons, stays in the sum. */
function extreme(writer: Writer, op: 'min' | 'max', a: string, b: string): string {
  const name = writer.variable('v', `${a} + ${b}`);
  const sign = op === 'max' ? '>' : '<';
  writer.branch(`${a} ${sign}= ${b}`, () => writer.line(`${name} = ${a};`));
  writer.branch(`${b} ${sign} ${a}`, () => writer.line(`${name} = ${b};`));
  return name;
}

/** As in C: 1 to any power is 1, and so is -1 to an infinite one; a negative base to an odd power is negative. */
function power(writer: Writer, a: string, b: string, exactMath: boolean): string {
  if (exactMath) {
    const name = writer.variable('v', `Math.pow(${a}, ${b})`);
    writer.branch(`${a} === 1 || (${a} === -1 && Math.abs(${b}) > ${HUGE})`, () => writer.line(`${name} = 1;`));
    return name;
  }
  const name = writer.variable('v', `Math.pow(Math.abs(${a}), ${b})`);
  writer.branch(`${b} === 0 || ${a} === 1 || (${a} === -1 && Math.abs(${b}) > ${HUGE})`, () =>
    writer.line(`${name} = 1;`),
  );
  writer.branch(`${a} < 0 && ${b} !== 0 && Math.abs(${b}) < ${HUGE}`, () => {
    const half = writer.constant('v', `${b} * 0.5`);
    writer.branch(
      `Math.floor(${b}) === ${b}`,
      () => writer.branch(`Math.floor(${half}) !== ${half}`, () => writer.line(`${name} = -${name};`)),
      () => writer.line(`${name} = (${a} - ${a}) / (${a} - ${a});`),
    );
  });
  return name;
}

export function floatUnary(writer: Writer, op: Exclude<UnaryOp, 'not'>, x: string): string {
  switch (op) {
    case 'neg':
      return writer.constant('v', `-${x}`);
    case 'sign': {
      const name = writer.variable('v', x);
      writer.branch(`${x} > 0`, () => writer.line(`${name} = 1;`));
      writer.branch(`${x} < 0`, () => writer.line(`${name} = -1;`));
      return name;
    }
    default:
      return writer.constant('v', `Math.${op}(${x})`);
  }
}

/** Whether a value counts as larger than the best one so far; NaN is the largest. */
export function beats(value: string, best: string): string {
  return `${value} > ${best} || (${value} !== ${value} && ${best} === ${best})`;
}
