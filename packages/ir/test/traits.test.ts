// What each primitive declares about itself, checked on its samples.

import { describe, expect, it } from 'vitest';
import { bindShape, primitives, type Primitive, type PrimitiveName, type PrimitiveSample } from '../src/index.ts';
import { samples } from '../src/ops/samples.ts';
import { drawNormal, drawSample, uniformSource } from './draw.ts';

function record(op: PrimitiveName): Primitive<PrimitiveName> {
  return primitives[op];
}

function evaluate(sample: PrimitiveSample, data: readonly (readonly number[])[]): number[] {
  const { infer, evaluate: define } = record(sample.op);
  const inputTypes = sample.inputs.map(({ type }) => type);
  const inputs = inputTypes.map(({ shape }, i) => ({ shape: bindShape(shape, {}), data: Float64Array.from(data[i]) }));
  const shape = bindShape(infer(inputTypes, sample.attrs).shape, {});
  return [...define({ inputs, inputTypes, attrs: sample.attrs, shape, dims: {}, round: (value) => value })];
}

function samplesWhere(holds: (primitive: Primitive<PrimitiveName>) => boolean): readonly PrimitiveSample[] {
  return Object.values(samples)
    .flatMap((list: readonly PrimitiveSample[]) => list)
    .filter(({ op }) => holds(record(op)));
}

describe('commutative', () => {
  it.each(samplesWhere(({ traits }) => traits.commutative === true))('$op: $name', (sample) => {
    const data = drawSample(sample);
    expect(evaluate(sample, data.toReversed())).toEqual(evaluate(sample, data));
  });
});

describe('elementwise', () => {
  it.each(samplesWhere(({ traits }) => traits.family === 'elementwise'))('$op: $name', (sample) => {
    const data = drawSample(sample);
    const { shape } = sample.inputs[0].type;
    const reversed = evaluate(
      sample,
      data.map((list) => list.toReversed()),
    );
    expect(
      record(sample.op).infer(
        sample.inputs.map(({ type }) => type),
        sample.attrs,
      ).shape,
    ).toEqual(shape);
    expect(reversed.toReversed()).toEqual(evaluate(sample, data));
  });
});

describe('view', () => {
  it.each(samplesWhere(({ traits }) => traits.family === 'view'))('$op: $name', (sample) => {
    const data = drawSample(sample);
    const fill = 'value' in sample.attrs ? [sample.attrs.value] : [];
    const strange = evaluate(sample, data).filter((value) => ![...data.flat(), ...fill].includes(value));
    expect(strange).toEqual([]);
  });
});

describe('contraction', () => {
  const smooth = samplesWhere(({ traits }) => traits.family === 'contraction').filter(
    (sample) => sample.differentiable,
  );

  it.each(smooth)('$op: $name is linear in each operand', (sample) => {
    const data = drawSample(sample);
    const uniform = uniformSource(5);
    for (const moved of [0, 1]) {
      const shift = drawNormal(data[moved].length, uniform);
      const at = (values: readonly number[]): number[] => evaluate(sample, data.with(moved, [...values]));
      const sum = at(data[moved].map((value, i) => value + 2 * shift[i]));
      const [base, change] = [at(data[moved]), at(shift)];
      expect(sum.filter((value, i) => Math.abs(value - base[i] - 2 * change[i]) > 1e-10)).toEqual([]);
    }
  });
});

describe('multiply-adds', () => {
  it.each(samplesWhere(({ traits }) => traits.family !== 'contraction'))('$op: $name has none', (sample) => {
    const { infer, macs } = record(sample.op);
    const types = sample.inputs.map(({ type }) => type);
    const output = bindShape(infer(types, sample.attrs).shape, {});
    expect(
      macs(
        types.map(({ shape }) => bindShape(shape, {})),
        sample.attrs,
        output,
      ),
    ).toBe(0);
  });

  it.each(samples.matmul)('matmul: $name has as many as the sum of products has terms', (sample) => {
    const [a, b] = sample.inputs.map(({ type }) => bindShape(type.shape, {}));
    const ones = sample.inputs.map(({ type }) =>
      new Array<number>(bindShape(type.shape, {}).reduce((x, y) => x * y, 1)).fill(1),
    );
    const terms = evaluate(sample, ones).reduce((sum, value) => sum + value, 0);
    const output = bindShape(
      primitives.matmul.infer(
        sample.inputs.map(({ type }) => type),
        {},
      ).shape,
      {},
    );
    expect(primitives.matmul.macs([a, b], {}, output)).toBe(terms);
  });
});
