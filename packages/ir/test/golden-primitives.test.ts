// Values and gradients of the samples against PyTorch in float64 (golden-primitives.py).

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  applyPrimitive,
  bindShape,
  constantTensor,
  GraphBuilder,
  gradients,
  primitives,
  type Primitive,
  type PrimitiveName,
  type PrimitiveSample,
} from '../src/index.ts';
import { samples } from '../src/ops/samples.ts';
import { drawSample } from './draw.ts';
import { evaluateGraph } from './evaluate-graph.ts';

type Encoded = number | { readonly number: string };

interface Golden {
  readonly op: PrimitiveName;
  readonly name: string;
  readonly shape: readonly number[];
  readonly value: readonly Encoded[];
  readonly gradients?: readonly (readonly Encoded[])[];
}

const golden = JSON.parse(
  readFileSync(new URL('golden-primitives.json', import.meta.url), 'utf8'),
) as readonly Golden[];

function decode(values: readonly Encoded[]): number[] {
  return values.map((value) => (typeof value === 'number' ? value : Number(value.number)));
}

/** Positions where `received` is not `expected` within `1e-11`, relative or absolute. */
function mismatches(received: Float64Array, expected: readonly number[]): string[] {
  return expected.flatMap((value, i) => {
    const close =
      Object.is(received[i], value) ||
      received[i] === value ||
      Math.abs(received[i] - value) <= 1e-11 * Math.max(1, Math.abs(value));
    return close ? [] : [`[${String(i)}] ${String(received[i])} instead of ${String(value)}`];
  });
}

describe('samples against PyTorch', () => {
  it('covers every operation but the leaves and windows', () => {
    const covered = new Set(golden.map(({ op }) => op));
    const others = Object.values(primitives).filter(({ name }) => !covered.has(name));
    expect(
      others.filter(({ traits }) => traits.family !== 'leaf' && traits.family !== 'window').map(({ name }) => name),
    ).toEqual(['conv2d', 'conv2dInputGrad', 'conv2dWeightGrad']);
    expect(golden.length).toBeGreaterThan(300);
  });

  it.each(golden)('$op: $name', ({ op, name, shape, value, gradients: expected }) => {
    const sample = (samples[op] as readonly PrimitiveSample[]).find((candidate) => candidate.name === name);
    if (sample === undefined) throw new RangeError(`no sample ${name}: run test/golden-primitives.mjs again`);
    const builder = new GraphBuilder();
    const inputs = sample.inputs.map(({ type }, index) => builder.input(`x${String(index)}`, type));
    const output = applyPrimitive(primitives[op] as unknown as Primitive<PrimitiveName>, inputs, sample.attrs, builder);
    builder.output('y', output);
    const smooth = inputs.filter(({ dtype }) => dtype === 'f32');
    if (expected !== undefined) {
      const seed = Array.from({ length: value.length }, (_, k) => (((k * 7) % 11) - 5) / 4);
      gradients(output, smooth, constantTensor(builder, seed, output.shape)).forEach((grad, index) => {
        builder.output(`d${String(index)}`, grad);
      });
    }
    const arrays = evaluateGraph(
      builder.finish(),
      Object.fromEntries(drawSample(sample).map((data, index) => [`x${String(index)}`, data])),
    );
    expect(bindShape(output.shape, {})).toEqual(shape);
    expect(mismatches(arrays['y'], decode(value))).toEqual([]);
    expected?.forEach((list, index) => {
      expect(mismatches(arrays[`d${String(index)}`], decode(list))).toEqual([]);
    });
  });
});
