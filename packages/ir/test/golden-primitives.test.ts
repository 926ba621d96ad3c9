// Values and gradients of the samples against PyTorch in float64 (golden-primitives.py).

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
import { cotangent, mismatches, readGolden, type Encoded } from './golden-values.ts';

interface Golden {
  readonly op: PrimitiveName;
  readonly name: string;
  readonly shape: readonly number[];
  readonly value: readonly Encoded[];
  readonly gradients?: readonly (readonly Encoded[])[];
}

const golden = readGolden('golden-primitives.json') as readonly Golden[];

describe('samples against PyTorch', () => {
  it('covers every operation but the leaves', () => {
    const covered = new Set(golden.map(({ op }) => op));
    const others = (Object.keys(primitives) as PrimitiveName[]).filter((op) => !covered.has(op));
    expect(others).toEqual(['constant', 'dimSize', 'iota', 'random']);
    expect(golden.length).toBeGreaterThan(450);
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
      const seed = constantTensor(builder, cotangent(value.length), output.shape);
      gradients(output, smooth, seed).forEach((grad, index) => {
        builder.output(`d${String(index)}`, grad);
      });
    }
    const data = drawSample(sample).map((list, index) => [`x${String(index)}`, list] as const);
    const arrays = evaluateGraph(builder.finish(), Object.fromEntries(data));
    expect(bindShape(output.shape, {})).toEqual(shape);
    expect(mismatches(arrays['y'], value)).toEqual([]);
    expected?.forEach((list, index) => {
      expect(mismatches(arrays[`d${String(index)}`], list)).toEqual([]);
    });
  });
});
