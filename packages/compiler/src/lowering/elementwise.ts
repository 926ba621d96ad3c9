// Lowerings of elementwise primitives: the same element of every operand.

import type { PrimitiveName } from '@netwright/ir';
import { binary, cast, constant, select, unary } from '../kernels/expression.ts';
import type { BinaryOp, Expr, UnaryOp } from '../kernels/kernel.ts';
import type { Lowering } from './lowering.ts';
import { erfExpression, tanhExpression } from './special-functions.ts';

function one<K extends PrimitiveName>(f: (x: Expr) => Expr): Lowering<K> {
  return ({ read, at }) => f(read(0, at));
}

function two<K extends PrimitiveName>(op: BinaryOp): Lowering<K> {
  return ({ read, at }) => binary(op, read(0, at), read(1, at));
}

function same<K extends PrimitiveName>(op: UnaryOp): Lowering<K> {
  return one((x) => unary(op, x));
}

export const neg = same<'neg'>('neg');
export const abs = same<'abs'>('abs');
export const sign = same<'sign'>('sign');
export const floor = same<'floor'>('floor');
export const exp = same<'exp'>('exp');
export const log = same<'log'>('log');
export const sqrt = same<'sqrt'>('sqrt');
export const sin = same<'sin'>('sin');
export const cos = same<'cos'>('cos');
export const not = same<'not'>('not');
export const tanh = one<'tanh'>(tanhExpression);
export const erf = one<'erf'>(erfExpression);

const LARGEST_F32 = 3.4028234663852886e38;

/** Comparisons with NaN are false. */
export const isFinite = one<'isFinite'>((x) => binary('le', unary('abs', x), constant(LARGEST_F32)));

export const add = two<'add'>('add');
export const sub = two<'sub'>('sub');
export const mul = two<'mul'>('mul');
export const div = two<'div'>('div');
export const pow = two<'pow'>('pow');
export const maximum = two<'maximum'>('max');
export const minimum = two<'minimum'>('min');
export const eq = two<'eq'>('eq');
export const lt = two<'lt'>('lt');
export const le = two<'le'>('le');
export const and = two<'and'>('and');
export const or = two<'or'>('or');

export const where: Lowering<'where'> = ({ read, at }) => select(read(0, at), read(1, at), read(2, at));

export const castTo: Lowering<'cast'> = ({ read, at, inputs: [{ dtype: from }], attrs: { dtype } }) => {
  const x = read(0, at);
  if (dtype === from) return x;
  switch (dtype) {
    case 'f32':
    case 'i32':
      return cast(x, dtype);
    case 'bool':
      return unary('not', binary('eq', x, constant(0, x.dtype)));
    case 'u8':
      return from === 'i32' ? lowByte(x) : limitedTo(255, cast(x, 'i32'));
  }
};

function limitedTo(high: number, x: Expr): Expr {
  return binary('min', binary('max', x, constant(0, 'i32')), constant(high, 'i32'));
}

/** An i32 modulo 256. */
function lowByte(x: Expr): Expr {
  const shifted = binary('mul', cast(x, 'u32'), constant(2 ** 24, 'u32'));
  return cast(binary('shr', shifted, constant(24, 'u32')), 'i32');
}
