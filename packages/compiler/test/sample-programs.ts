// The samples of every primitive as graphs with data, and their values by the primitives' own definitions.

import {
  applyPrimitive,
  bindShape,
  gradients,
  GraphBuilder,
  isPrimitiveNode,
  primitives,
  reachable,
  type Graph,
  type NdArray,
  type Primitive,
  type PrimitiveName,
  type PrimitiveSample,
} from '@netwright/ir';
import { samples } from '@netwright/ir/samples';

export type Numbers = Readonly<Record<string, Float64Array>>;
export type Dims = Readonly<Record<string, number>>;

export interface SampleProgram {
  readonly name: string;
  readonly graph: Graph;
  readonly values: Numbers;
}

/** Every sample, and the gradients of those that have them. */
export function samplePrograms(op: PrimitiveName): readonly SampleProgram[] {
  const own: readonly PrimitiveSample[] = samples[op];
  return own.flatMap((sample) => [valueProgram(sample), ...(sample.differentiable ? [gradientProgram(sample)] : [])]);
}

function valueProgram(sample: PrimitiveSample): SampleProgram {
  const { builder, output, values } = apply(sample);
  builder.output('y', output);
  return { name: sample.name, graph: builder.finish(), values };
}

function gradientProgram(sample: PrimitiveSample): SampleProgram {
  const { builder, inputs, output, values } = apply(sample);
  const seed = builder.input('r', output.type);
  const smooth = inputs.filter(({ dtype }) => dtype === 'f32');
  gradients(output, smooth, seed).forEach((grad, at) => {
    builder.output(`d${String(at)}`, grad);
  });
  const r = drawNormal(sizeOf(bindShape(output.shape, {})), uniformSource(7));
  return { name: `${sample.name}, gradient`, graph: builder.finish(), values: { ...values, r } };
}

function apply(sample: PrimitiveSample) {
  const builder = new GraphBuilder();
  const inputs = sample.inputs.map(({ type }, at) => builder.input(`x${String(at)}`, type));
  const uniform = uniformSource(sample.name.length);
  const values = Object.fromEntries(sample.inputs.map((input, at) => [`x${String(at)}`, drawInput(input, uniform)]));
  const record = primitives[sample.op] as unknown as Primitive<PrimitiveName>;
  const output = builder.within(sample.op, () => applyPrimitive(record, inputs, sample.attrs, builder));
  return { builder, inputs, output, values };
}

/** Outputs and updates by name, as each primitive defines them. */
export function evaluateGraph(
  graph: Graph,
  values: Numbers,
  dims: Dims = {},
): { readonly outputs: Numbers; readonly updates: Numbers } {
  const arrays: NdArray[] = [];
  const wanted = [...Object.values(graph.outputs).map(({ value }) => value), ...Object.values(graph.updates)];
  for (const id of reachable(graph, wanted)) {
    const node = graph.nodes[id];
    const shape = bindShape(node.type.shape, dims);
    if (!isPrimitiveNode(node)) {
      if (node.op === 'call' || node.op === 'result') throw new RangeError('functions must be inlined');
      arrays[id] = { shape, data: values[node.attrs.name] };
      continue;
    }
    const { evaluate } = primitives[node.op] as unknown as Primitive<PrimitiveName>;
    const inputs = node.inputs.map((input) => arrays[input]);
    const inputTypes = node.inputs.map((input) => graph.nodes[input].type);
    arrays[id] = {
      shape,
      data: evaluate({ inputs, inputTypes, attrs: node.attrs, shape, dims, round: (value) => value }),
    };
  }
  return {
    outputs: Object.fromEntries(Object.entries(graph.outputs).map(([name, { value }]) => [name, arrays[value].data])),
    updates: Object.fromEntries(Object.entries(graph.updates).map(([name, value]) => [name, arrays[value].data])),
  };
}

/** Seeded uniform numbers in [0, 1): Mulberry32. */
export function uniformSource(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b9);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Standard normal numbers of single precision. */
export function drawNormal(count: number, uniform: () => number): Float64Array {
  const next = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return Float64Array.from({ length: count }, () => Math.fround(next()));
}

function drawInput({ type, fill }: PrimitiveSample['inputs'][number], uniform: () => number): Float64Array {
  const count = sizeOf(bindShape(type.shape, {}));
  switch (fill.kind) {
    case 'values':
      return Float64Array.from(fill.values);
    case 'normal':
      return drawNormal(count, uniform);
    case 'uniform':
      return Float64Array.from({ length: count }, () => Math.fround(fill.low + (fill.high - fill.low) * uniform()));
    case 'integers':
      return Float64Array.from({ length: count }, () => fill.low + Math.floor((fill.high - fill.low) * uniform()));
  }
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

/** Largest difference, divided by the expected number where that is above 1; infinite where only one is finite. */
export function worstDifference(expected: ArrayLike<number>, received: ArrayLike<number>): number {
  if (expected.length !== received.length) return Infinity;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [expected[i], received[i]];
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) continue;
    const difference = Math.abs(a - b) / Math.max(1, Math.abs(a));
    worst = Number.isNaN(difference) ? Infinity : Math.max(worst, difference);
  }
  return worst;
}
