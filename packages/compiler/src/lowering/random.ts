// Random numbers: the integer recipe of `randomUniform` in the package `ir`.

import { bindDim, elementsPerSample, streamWords } from '@netwright/ir';
import { binary, cast, constant, indexValue } from '../kernels/expression.ts';
import { flatten } from '../kernels/index-algebra.ts';
import type { Expr } from '../kernels/kernel.ts';
import type { Lowering } from './lowering.ts';

const word = (value: number): Expr => constant(value >>> 0, 'u32');
const add = (a: Expr, b: Expr): Expr => binary('add', a, b);
const mul = (a: Expr, b: Expr): Expr => binary('mul', a, b);
const xor = (a: Expr, b: Expr): Expr => binary('xor', a, b);
const shr = (x: Expr, by: number): Expr => binary('shr', x, word(by));

function mix(x: Expr): Expr {
  const first = mul(xor(x, shr(x, 16)), word(0x7feb352d));
  const second = mul(xor(first, shr(first, 15)), word(0x846ca68b));
  return xor(second, shr(second, 16));
}

export const random: Lowering<'random'> = ({ read, at, output, attrs, dims }) => {
  const [seed, step, offset] = [0, 1, 2].map((operand) => cast(read(operand, []), 'u32'));
  const [k0, k1] = streamWords(attrs.stream).map((stream) => mix(xor(mix(xor(seed, word(stream))), step)));
  const perSample = bindDim(elementsPerSample(attrs.shape), dims);
  const position = cast(indexValue(flatten(at, output.shape)), 'u32');
  // What is the same for all elements is added first, so that it can be computed once.
  const start = perSample === 0 ? k0 : add(mul(offset, word(perSample)), k0);
  const bits = mix(xor(mix(add(position, start)), k1));
  return mul(cast(shr(bits, 8), 'f32'), constant(2 ** -24));
};
