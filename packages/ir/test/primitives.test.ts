// Every sample of every primitive: its type, its values' kind, and its derivatives against finite differences.

import { describe, expect, it } from 'vitest';
import {
  applyPrimitive,
  gradientRules,
  GraphBuilder,
  primitives,
  type Primitive,
  type PrimitiveName,
  type PrimitiveSample,
  type Tensor,
} from '../src/index.ts';
import { samples } from '../src/ops/samples.ts';
import { drawSample, uniformSource } from './draw.ts';
import { evaluateGraph } from './evaluate-graph.ts';
import { checkDerivatives } from './finite-differences.ts';

const cases = Object.values(samples).flatMap((list: readonly PrimitiveSample[]) => list);

function apply(builder: GraphBuilder, sample: PrimitiveSample, inputs: readonly Tensor[]): Tensor {
  const record = primitives[sample.op] as unknown as Primitive<PrimitiveName>;
  return applyPrimitive(record, inputs, sample.attrs, builder);
}

describe.each(Object.keys(primitives) as PrimitiveName[])('%s', (op) => {
  const own = cases.filter((sample) => sample.op === op);
  const { name } = primitives[op];

  it('has its own name, and samples with different names', () => {
    expect(name).toBe(op);
    expect(own.length).toBeGreaterThan(1);
    expect(new Set(own.map((sample) => sample.name)).size).toBe(own.length);
    if (gradientRules[op] === null) expect(own.filter(({ differentiable }) => differentiable)).toEqual([]);
    else expect(own.some(({ differentiable }) => differentiable)).toBe(true);
  });

  it.each(own)('$name: gives values of its type', (sample) => {
    const builder = new GraphBuilder();
    const inputs = sample.inputs.map(({ type }, index) => builder.input(`x${String(index)}`, type));
    const output = apply(builder, sample, inputs);
    builder.output('y', output);
    const data = drawSample(sample);
    const { y } = evaluateGraph(
      builder.finish(),
      Object.fromEntries(data.map((list, index) => [`x${String(index)}`, list])),
    );
    const allowed: Record<string, (value: number) => boolean> = {
      f32: () => true,
      i32: (value) => Object.is(value | 0, value === 0 ? 0 : value),
      u8: (value) => (value & 255) === value,
      bool: (value) => value === 0 || value === 1,
    };
    expect([...y].filter((value) => !allowed[output.dtype](value))).toEqual([]);
  });

  it.each(own.filter(({ differentiable }) => differentiable))('$name: first and second derivative', (sample) => {
    const report = checkDerivatives(
      {
        types: sample.inputs.map(({ type }) => type),
        data: drawSample(sample),
        build: (inputs) => {
          if (inputs.length > 0) return apply(inputs[0].builder, sample, inputs);
          throw new RangeError('no inputs');
        },
      },
      uniformSource(1),
    );
    expect(report.moved).toBeGreaterThan(0);
    expect(report.first).toBeLessThan(1e-7);
    expect(report.second).toBeLessThan(1e-7);
  });
});
