// One graph for each sample of each primitive, and one with its gradients where it has them.

import {
  applyPrimitive,
  gradients,
  GraphBuilder,
  primitives,
  type Primitive,
  type PrimitiveName,
  type PrimitiveSample,
  type Tensor,
} from '@netwright/ir';
import { samples } from '@netwright/ir/samples';
import { drawInput, drawNormal, sizeOf, uniformSource } from '../run/draw.ts';
import type { Program } from '../run/run-program.ts';
import type { BackendCase } from './backend-case.ts';

/** The cases of one primitive. */
export function primitiveCases(op: PrimitiveName): readonly BackendCase[] {
  const own: readonly PrimitiveSample[] = samples[op];
  return own.flatMap((sample) => [
    { name: sample.name, build: () => valueProgram(sample) },
    ...(sample.differentiable ? [{ name: `${sample.name}, gradient`, build: () => gradientProgram(sample) }] : []),
  ]);
}

/** Every primitive's name. */
export const PRIMITIVE_NAMES = Object.keys(primitives) as PrimitiveName[];

function valueProgram(sample: PrimitiveSample): Program {
  const { builder, output, data } = apply(sample);
  builder.output('y', output);
  return { graph: builder.finish(), inputs: data };
}

/** Gradients of `sum(y * r)` for random r with respect to every f32 input. */
function gradientProgram(sample: PrimitiveSample): Program {
  const { builder, inputs, output, data, uniform } = apply(sample);
  const seed = builder.input('r', output.type);
  const smooth = inputs.filter(({ dtype }) => dtype === 'f32');
  gradients(output, smooth, seed).forEach((grad, index) => {
    builder.output(`d${index}`, grad);
  });
  const r = drawNormal(sizeOf(output.shape.map(Number)), uniform);
  return { graph: builder.finish(), inputs: { ...data, r } };
}

interface Applied {
  readonly builder: GraphBuilder;
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  readonly data: Readonly<Record<string, Float64Array>>;
  readonly uniform: () => number;
}

function apply(sample: PrimitiveSample): Applied {
  const builder = new GraphBuilder();
  const uniform = uniformSource(`${sample.op} ${sample.name}`);
  const inputs = sample.inputs.map(({ type }, index) => builder.input(`x${index}`, type));
  const data = Object.fromEntries(sample.inputs.map((input, index) => [`x${index}`, drawInput(input, uniform, {})]));
  const record = primitives[sample.op] as unknown as Primitive<PrimitiveName>;
  const output = builder.within(sample.op, () => applyPrimitive(record, inputs, sample.attrs, builder));
  return { builder, inputs, output, data, uniform };
}
