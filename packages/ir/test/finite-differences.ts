// First and second derivatives against central differences, along random directions.

import {
  GraphBuilder,
  add,
  bindShape,
  constant,
  gradients,
  mul,
  sum,
  type Graph,
  type Tensor,
  type TensorType,
} from '../src/index.ts';
import { drawNormal } from './draw.ts';
import { evaluateGraph } from './evaluate-graph.ts';

export interface DerivativeReport {
  /** `|analytic - numeric|` over the scale of both, for the first and second derivative. */
  readonly first: number;
  readonly second: number;
  /** Number of f32 inputs that were moved. */
  readonly moved: number;
}

export interface DerivativeCase {
  readonly types: readonly TensorType[];
  readonly data: readonly (readonly number[])[];
  /** One result, of type f32. */
  build(inputs: readonly Tensor[]): Tensor;
  readonly dims?: Readonly<Record<string, number>>;
}

/**
 * Differentiates `sum(f(x) * r)` and then `sum over i of sum(gradient_i * u_i)`, the latter also by `r`, for random r and u, and
 * compares each with the central difference along a random direction.
 */
export function checkDerivatives(
  { types, data, build, dims = {} }: DerivativeCase,
  uniform: () => number,
): DerivativeReport {
  const builder = new GraphBuilder();
  const inputs = types.map((type, index) => builder.input(`x${String(index)}`, type));
  const output = build(inputs);
  const weight = builder.input('r', output.type);
  const value = sum(mul(output, weight));
  const smooth = inputs.filter(({ dtype }) => dtype === 'f32');
  const firsts = gradients(value, smooth);
  const directions = smooth.map((input) => builder.input(`u${String(input.id)}`, input.type));
  const along = total(
    builder,
    firsts.map((grad, i) => sum(mul(grad, directions[i]))),
  );
  const moved = [...smooth, weight];
  const seconds = gradients(along, moved);
  builder.output('value', value);
  builder.output('along', along);
  firsts.forEach((grad, i) => {
    builder.output(`first${String(i)}`, grad);
  });
  seconds.forEach((grad, i) => {
    builder.output(`second${String(i)}`, grad);
  });
  const graph = builder.finish();

  const point = new Map<string, number[]>();
  inputs.forEach((_, index) => point.set(`x${String(index)}`, [...data[index]]));
  const size = ({ shape }: Tensor): number => bindShape(shape, dims).reduce((product, dim) => product * dim, 1);
  point.set('r', drawNormal(size(weight), uniform));
  directions.forEach((direction, i) => point.set(`u${String(smooth[i].id)}`, drawNormal(size(direction), uniform)));
  const shift = moved.map((tensor) => drawNormal(size(tensor), uniform));

  const names = moved.map((tensor) => inputName(graph, tensor));
  const at = evaluateGraph(graph, Object.fromEntries(point), dims);
  const moveBy = (step: number, moves: readonly number[][]): Record<string, Float64Array> => {
    const inputsThere = Object.fromEntries(point);
    moves.forEach((move, i) => {
      inputsThere[names[i]] = (point.get(names[i]) ?? []).map((x, k) => x + step * move[k]);
    });
    return evaluateGraph(graph, inputsThere, dims);
  };
  const compare = (name: string, prefix: string, moves: readonly number[][], step: number): number => {
    const numeric = (moveBy(step, moves)[name][0] - moveBy(-step, moves)[name][0]) / (2 * step);
    const parts = moves.map((move, i) => dot(at[`${prefix}${String(i)}`], move));
    const analytic = parts.reduce((a, b) => a + b, 0);
    const scale = parts.reduce((a, b) => a + Math.abs(b), Math.abs(numeric)) + 1;
    return Math.abs(analytic - numeric) / scale;
  };
  return {
    first: compare('value', 'first', shift.slice(0, -1), 1e-5),
    second: compare('along', 'second', shift, 1e-5),
    moved: smooth.length,
  };
}

function total(builder: GraphBuilder, terms: readonly Tensor[]): Tensor {
  return terms.reduce((a, b) => add(a, b), constant(builder, 0));
}

function dot(a: Float64Array, b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

function inputName(graph: Graph, tensor: Tensor): string {
  const node = graph.nodes[tensor.id];
  if (node.op !== 'input') throw new RangeError('not an input');
  return node.attrs.name;
}
