// Lowerings of views, gathers and leaves: index arithmetic.

import { bindDim, bindShape } from '@netwright/ir';
import { binary, cast, constant, guarded, indexValue, reduce, select } from '../kernels/expression.ts';
import { addIndices, constantIndex, flatten, floorDivide, modulo, scaleIndex, shiftIndex, unflatten, valueIndex, zeroIndex } from '../kernels/index-algebra.ts';
import type { Guard } from '../kernels/index-expression.ts';
import type { KernelDType } from '../kernels/kernel.ts';
import type { ConcreteType, Lowering } from './lowering.ts';

/** The element type that an operand has in expressions. */
export function kernelDType({ dtype }: Pick<ConcreteType, 'dtype'>): KernelDType {
  return dtype === 'u8' ? 'i32' : dtype;
}

export const constantLowering: Lowering<'constant'> = ({ attrs: { values }, output }) => {
  if (values.length > 1) throw new RangeError('a table of constants is a buffer, not an expression');
  return constant(values[0], kernelDType(output));
};

export const dimSize: Lowering<'dimSize'> = ({ attrs: { dim }, dims }) => constant(bindDim(dim, dims));

export const iota: Lowering<'iota'> = ({ at, attrs: { axis } }) => indexValue(at[axis]);

export const reshape: Lowering<'reshape'> = ({ read, at, inputs: [x], output, extents }) =>
  read(0, unflatten(flatten(at, output.shape), x.shape, extents));

export const transpose: Lowering<'transpose'> = ({ read, at, attrs: { perm } }) => read(0, perm.map((_, axis) => at[perm.indexOf(axis)]));

export const broadcastTo: Lowering<'broadcastTo'> = ({ read, at, inputs: [x], output }) => {
  const lead = output.shape.length - x.shape.length;
  return read(0, x.shape.map((dim, axis) => (dim === 1 ? zeroIndex : at[axis + lead])));
};

export const slice: Lowering<'slice'> = ({ read, at, attrs: { starts, steps } }) =>
  read(0, at.map((index, axis) => shiftIndex(scaleIndex(index, steps[axis]), starts[axis])));

export const pad: Lowering<'pad'> = ({ read, at, inputs: [x], output, attrs: { before, interior, value }, extents }) => {
  const guards: Guard[] = [];
  const index = at.map((position, axis) => {
    const moved = shiftIndex(position, -before[axis]);
    const step = interior[axis] + 1;
    if (step > 1) guards.push({ index: modulo(moved, step, extents), lower: 0, upper: 1 });
    const source = floorDivide(moved, step, extents);
    guards.push({ index: source, lower: 0, upper: x.shape[axis] });
    return source;
  });
  return guarded(guards, read(0, index), constant(value, kernelDType(output)), extents);
};

export const concat: Lowering<'concat'> = ({ read, at, inputs, output, attrs: { axis }, extents }) => {
  let start = output.shape[axis];
  return inputs
    .map((input, operand) => ({ input, operand }))
    .reverse()
    .reduce((rest, { input, operand }) => {
      const end = start;
      start -= input.shape[axis];
      const own = read(operand, at.map((index, position) => (position === axis ? shiftIndex(index, -start) : index)));
      return guarded([{ index: at[axis], lower: start, upper: end }], own, rest, extents);
    }, constant(0, kernelDType(output)));
};

export const gather: Lowering<'gather'> = ({ read, at, inputs: [x, indices], output, attrs: { axis }, extents }) => {
  const rank = indices.shape.length;
  const position = valueIndex(read(1, at.slice(axis, axis + rank)));
  const index = [...at.slice(0, axis), position, ...at.slice(axis + rank)];
  return guarded([{ index: position, lower: 0, upper: x.shape[axis] }], read(0, index), constant(0, kernelDType(output)), extents);
};

export const gatherAdjoint: Lowering<'gatherAdjoint'> = ({ read, at, inputs: [, indices], attrs: { axis }, reductionAxis }) => {
  const over = indices.shape.map((extent) => reductionAxis(extent));
  const position = read(1, over.map(({ index }) => index));
  const g = read(0, [...at.slice(0, axis), ...over.map(({ index }) => index), ...at.slice(axis + 1)]);
  return reduce('sum', over.map(({ id }) => id), select(binary('eq', position, indexValue(at[axis])), g, constant(0)));
};

/** The integer recipe of `randomUniform` in the package `ir`. */
export const random: Lowering<'random'> = ({ read, at, output, attrs, dims }) => {
  const word = (value: number) => constant(value >>> 0, 'u32');
  type Word = ReturnType<typeof word>;
  const xor = (a: Word, b: Word): Word => binary('xor', a, b);
  const shr = (a: Word, by: number): Word => binary('shr', a, word(by));
  const mul = (a: Word, b: Word): Word => binary('mul', a, b);
  const add = (a: Word, b: Word): Word => binary('add', a, b);
  const mix = (x: Word): Word => {
    const first = mul(xor(x, shr(x, 16)), word(0x7feb352d));
    const second = mul(xor(first, shr(first, 15)), word(0x846ca68b));
    return xor(second, shr(second, 16));
  };
  const [seed, step, offset] = [0, 1, 2].map((operand) => cast(read(operand, []), 'u32'));
  const s0 = mix(add(word(attrs.stream), word(0x9e3779b9)));
  const s1 = mix(add(s0, word(0x9e3779b9)));
  const k0 = mix(xor(mix(xor(s0, seed)), step));
  const k1 = mix(xor(mix(xor(s1, seed)), step));
  const bound = bindShape(attrs.shape, dims);
  const symbolic = typeof attrs.shape[0] === 'string';
  const perSample = symbolic ? samplesStride(attrs.shape[0] as string, bound, dims) : 0;
  const position = cast(indexValue(addIndices(flatten(at, output.shape), constantIndex(0))), 'u32');
  const h = mix(xor(mix(add(add(position, mul(offset, word(perSample))), k0)), k1));
  return binary('mul', cast(shr(h, 8), 'f32'), constant(2 ** -24));
};

/** Elements of one sample: the factor of the leading dimension times all others. */
function samplesStride(leading: string, shape: readonly number[], dims: Readonly<Record<string, number>>): number {
  const symbol = leading.split('*').at(-1) ?? leading;
  const elements = shape.reduce((product, dim) => product * dim, 1);
  return elements / (dims[symbol] ?? 1);
}
