// Computes what depends on constants only, and removes operations that do nothing.

import { dimSymbols, numel, type Shape } from '../dim.ts';
import { isPrimitiveNode, type Graph, type PrimitiveNode } from '../graph.ts';
import type { PrimitiveName } from '../ops/attributes.ts';
import { constantTensor } from '../ops/constant.ts';
import { primitives } from '../ops/primitives.ts';
import type { GraphPass } from '../pass.ts';
import type { NdArray, Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { eliminateDeadCode } from './eliminate-dead-code.ts';
import { applyIdentities } from './identities.ts';
import { rebuild } from './rebuild.ts';

/** Largest constant, in elements, that folding stores element by element. */
export const FOLD_LIMIT = 1024;

/**
 * Replaces operations on constants by their value, and applies the identities of `identities.ts`. A value stays as it is where single precision would
 * overflow, underflow or compare differently on the way, so that the meaning of infinities and NaN does not change; `x * 0` is not 0.
 */
export const foldConstants: GraphPass = {
  name: 'fold-constants',
  requires: 'a valid graph; calls are left alone, so inline functions first',
  guarantees: `no operation has only constants as operands and a result of up to ${String(FOLD_LIMIT)} elements; no identity applies`,
  run: <I extends string, O extends string>(graph: Graph<I, O>): Graph<I, O> => {
    const folded = rebuild(graph, (node, { operands }) => {
      if (!isPrimitiveNode(node) || operands.length === 0) return undefined;
      return fold(node, operands) ?? applyIdentities(node, operands);
    });
    return eliminateDeadCode.run(folded);
  },
};

interface Constant {
  readonly tensor: Tensor;
  readonly values: readonly number[];
}

function fold(node: PrimitiveNode, operands: readonly Tensor[]): Tensor | undefined {
  const constants: Constant[] = [];
  for (const tensor of operands) {
    const { op, attrs } = tensor.builder.node(tensor.id) as PrimitiveNode;
    if (op !== 'constant') return undefined;
    constants.push({ tensor, values: attrs.values });
  }
  const values = foldFilled(node, constants) ?? foldElements(node, constants);
  const { builder } = operands[0];
  return values === undefined ? undefined : constantTensor(builder, values, node.type.shape, node.type.dtype);
}

/** The one value of the result, when all operands are filled with one each and the operation treats all elements alike. */
function foldFilled(node: PrimitiveNode, constants: readonly Constant[]): readonly number[] | undefined {
  if (!constants.every(({ values }) => values.length === 1)) return undefined;
  const { family } = primitives[node.op].traits;
  const [value] = constants[0].values;
  if (family === 'view') {
    const mixed = constants.some(({ values }) => !Object.is(values[0], value));
    return mixed || (node.op === 'pad' && !Object.is(node.attrs.value, value)) ? undefined : [value];
  }
  return family === 'elementwise' ? evaluate(node, constants, () => [], []) : undefined;
}

/** The elements of the result, when it and all operands are small and of fixed size. */
function foldElements(node: PrimitiveNode, constants: readonly Constant[]): readonly number[] | undefined {
  const shapes = [node.type.shape, ...constants.map(({ tensor }) => tensor.shape)];
  if (!shapes.every((shape) => Number(numel(shape)) <= FOLD_LIMIT && dimSymbols(shape).length === 0)) return undefined;
  const fixed = (shape: Shape): readonly number[] => shape.map(Number);
  return evaluate(node, constants, ({ tensor }) => fixed(tensor.shape), fixed(node.type.shape));
}

function evaluate(
  node: PrimitiveNode,
  constants: readonly Constant[],
  shapeOf: (constant: Constant) => readonly number[],
  shape: readonly number[],
): readonly number[] | undefined {
  const primitive = primitives[node.op] as unknown as Primitive<PrimitiveName>;
  const compute = (round: (value: number) => number): readonly number[] => {
    const inputs = constants.map((constant): NdArray => {
      const data = expand(constant.values, shapeOf(constant));
      return { shape: shapeOf(constant), data: constant.tensor.dtype === 'f32' ? data.map(round) : data };
    });
    const inputTypes = constants.map(({ tensor }, i) => ({ dtype: tensor.dtype, shape: inputs[i].shape }));
    const data = primitive.evaluate({ inputs, inputTypes, attrs: node.attrs, shape, dims: {}, round });
    return [...(node.type.dtype === 'f32' ? data.map(round) : data)];
  };
  const exact = compute((value) => value);
  const single = compute(Math.fround);
  const same = node.type.dtype === 'f32' ? sameKind : Object.is;
  return exact.every((value, i) => same(value, single[i])) ? exact : undefined;
}

function expand(values: readonly number[], shape: readonly number[]): Float64Array {
  const count = shape.reduce((product, dim) => product * dim, 1);
  return values.length === 1 ? new Float64Array(count).fill(values[0]) : Float64Array.from(values);
}

/** Whether both are finite and not 0, or the same zero, infinity or NaN. */
function sameKind(a: number, b: number): boolean {
  const ordinary = (value: number): boolean => Number.isFinite(value) && value !== 0;
  return Object.is(a, b) || (ordinary(a) && ordinary(b));
}
