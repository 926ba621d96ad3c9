// First and second derivatives of a computation: against central differences, and against another form of the same computation.

import {
  add,
  bindShape,
  constant,
  gradients,
  GraphBuilder,
  mul,
  sum,
  type Graph,
  type Tensor,
  type TensorType,
} from '@netwright/ir';
import { drawNormal, sizeOf, type Uniform } from '../run/draw.ts';
import { runReference } from '../run/run-program.ts';
import type { Dims, Numbers } from '../run/tensors.ts';

export interface Computation {
  readonly types: readonly TensorType[];
  /** One list of numbers for each input. */
  readonly data: readonly ArrayLike<number>[];
  readonly dims: Dims;
  /** Results; derivatives are those of the f32 ones. */
  build(inputs: readonly Tensor[]): readonly Tensor[];
}

export interface DerivativeGraph {
  readonly graph: Graph;
  readonly inputs: Numbers;
  /** Graph inputs with respect to which derivatives are taken, with the directions in which to move them. */
  readonly moved: readonly { readonly name: string; readonly direction: Float64Array }[];
}

/**
 * Outputs: `y<i>` the results; `value`, the sum of all results with random weights `r<i>`; `first<i>`, its gradients by the f32 inputs; `along`, the sum of those
 * with random weights; `second<i>`, the gradients of that by the f32 inputs and the `r<i>`.
 */
export function derivativeGraph({ types, data, dims, build }: Computation, uniform: Uniform): DerivativeGraph {
  const builder = new GraphBuilder();
  const numbers: Record<string, ArrayLike<number>> = {};
  const random = (name: string, type: TensorType): Tensor => {
    numbers[name] = drawNormal(sizeOf(bindShape(type.shape, dims)), uniform);
    return builder.input(name, type);
  };
  const inputs = types.map((type, index) => {
    numbers[`x${index}`] = data[index];
    return builder.input(`x${index}`, type);
  });
  const results = build(inputs);
  results.forEach((result, index) => {
    builder.output(`y${index}`, result);
  });
  const floats = results.filter(({ dtype }) => dtype === 'f32');
  const weights = floats.map(({ type }, index) => random(`r${index}`, type));
  const value = total(
    builder,
    floats.map((result, index) => sum(mul(result, weights[index]))),
  );
  const smooth = inputs.flatMap((input, index) =>
    input.dtype === 'f32' ? [{ name: `x${index}`, tensor: input }] : [],
  );
  const firsts = gradients(
    value,
    smooth.map(({ tensor }) => tensor),
  );
  const along = total(
    builder,
    firsts.map((grad, index) => sum(mul(grad, random(`u${index}`, grad.type)))),
  );
  const wrt = [...smooth, ...weights.map((tensor, index) => ({ name: `r${index}`, tensor }))];
  const seconds = gradients(
    along,
    wrt.map(({ tensor }) => tensor),
  );
  builder.output('value', value);
  builder.output('along', along);
  firsts.forEach((grad, index) => {
    builder.output(`first${index}`, grad);
  });
  seconds.forEach((grad, index) => {
    builder.output(`second${index}`, grad);
  });
  const moved = wrt.map(({ name }) => ({ name, direction: drawNormal(numbers[name].length, uniform) }));
  return { graph: builder.finish(), inputs: numbers, moved };
}

/** One derivative along a random direction of one operand. */
export interface DerivativeError {
  readonly order: 'first' | 'second';
  /** `x0 ..` for operands, `r0 ..` for the weights of the results. */
  readonly operand: string;
  readonly analytic: number;
  readonly numeric: number;
  /** `|analytic - numeric|` over the scale of both, at least 1. */
  readonly error: number;
}

/** Both derivatives by every operand against central differences along a random direction, in double precision. */
export async function checkDerivatives(
  computation: Computation,
  uniform: Uniform,
): Promise<readonly DerivativeError[]> {
  const { graph, inputs, moved } = derivativeGraph(computation, uniform);
  const { dims } = computation;
  const at = await runReference({ graph, inputs, dims });
  const step = 1e-5;
  const compare = async (
    order: DerivativeError['order'],
    { name, direction }: DerivativeGraph['moved'][number],
    index: number,
  ): Promise<DerivativeError> => {
    const valueAt = async (distance: number): Promise<number> => {
      const there = Float64Array.from(inputs[name], (x, i) => x + distance * direction[i]);
      const results = await runReference({ graph, inputs: { ...inputs, [name]: there }, dims });
      return results[order === 'first' ? 'value' : 'along'].data[0];
    };
    const numeric = ((await valueAt(step)) - (await valueAt(-step))) / (2 * step);
    const gradient = at[`${order}${index}`].data;
    const analytic = dot(gradient, direction);
    const scale = direction.reduce((all, value, i) => all + Math.abs(value * gradient[i]), Math.abs(numeric)) + 1;
    return { order, operand: name, analytic, numeric, error: Math.abs(analytic - numeric) / scale };
  };
  const errors: DerivativeError[] = [];
  for (const [index, move] of moved.entries()) {
    if (move.name.startsWith('x')) errors.push(await compare('first', move, index));
    errors.push(await compare('second', move, index));
  }
  return errors;
}

function total(builder: GraphBuilder, terms: readonly Tensor[]): Tensor {
  return terms.reduce((a, b) => add(a, b), constant(builder, 0));
}

function dot(a: ArrayLike<number>, b: Float64Array): number {
  return b.reduce((all, value, i) => all + value * a[i], 0);
}
