// Public functions over primitives against PyTorch in float64 (golden-functions.py), and their second derivatives.

import { describe, expect, it } from 'vitest';
import { bindShape, GraphBuilder, gradients } from '../src/index.ts';
import { drawInputs, uniformSource } from './draw.ts';
import { evaluateGraph } from './evaluate-graph.ts';
import { checkDerivatives } from './finite-differences.ts';
import { bound, DIMS, type FunctionCase } from './function-cases.ts';
import { goldenCases } from './golden-cases.ts';
import { cotangent, mismatches, readGolden, type Encoded } from './golden-values.ts';

interface Golden {
  readonly torch: string;
  readonly shape: readonly number[];
  readonly value: readonly Encoded[];
  readonly gradients?: readonly (readonly Encoded[])[];
}

/** Share of a value, or of 1, by which single precision may differ. */
const SINGLE = 5e-6;

const golden = readGolden('golden-functions.json') as readonly Golden[];
const cases = goldenCases.map((entry, index) => ({ ...entry, index, golden: golden[index] }));

/** Value and gradients of a case, rounded by `round` at every step. */
function evaluate(
  { inputs, build, index, golden: expected }: FunctionCase & { readonly index: number; readonly golden: Golden },
  round?: (value: number) => number,
): { readonly shape: readonly number[]; readonly results: Record<string, Float64Array> } {
  const data = drawInputs(bound(inputs), index);
  const builder = new GraphBuilder();
  const leaves = inputs.map(({ type }, i) => builder.input(`x${String(i)}`, type));
  const output = build(...leaves);
  builder.output('y', output);
  const arrays = data.map((list, i) => [`x${String(i)}`, list] as const);
  if (expected.gradients !== undefined) {
    const seed = builder.input('seed', output.type);
    const smooth = leaves.filter(({ dtype }) => dtype === 'f32');
    gradients(output, smooth, seed).forEach((grad, i) => {
      builder.output(`d${String(i)}`, grad);
    });
  }
  const results = evaluateGraph(
    builder.finish(),
    { ...Object.fromEntries(arrays), seed: cotangent(expected.value.length) },
    DIMS,
    round,
  );
  return { shape: bindShape(output.shape, DIMS), results };
}

describe('functions against PyTorch', () => {
  it.each(cases)('$index: $torch', (entry) => {
    const expected = entry.golden;
    expect(expected.torch).toBe(entry.torch);
    const { shape, results } = evaluate(entry);
    expect(shape).toEqual(expected.shape);
    expect(mismatches(results['y'], expected.value)).toEqual([]);
    expected.gradients?.forEach((list, i) => {
      expect(mismatches(results[`d${String(i)}`], list)).toEqual([]);
    });
  });

  it.each(cases.filter(({ single }) => single === true))('$index: $torch, in single precision', (entry) => {
    const { results } = evaluate(entry, Math.fround);
    expect(mismatches(results['y'], entry.golden.value, SINGLE)).toEqual([]);
    entry.golden.gradients?.forEach((list, i) => {
      expect(mismatches(results[`d${String(i)}`], list, SINGLE)).toEqual([]);
    });
  });

  it.each(cases.filter(({ smooth, golden: { gradients: grads } }) => grads !== undefined && smooth !== false))(
    '$index: $torch, derivatives',
    (entry) => {
      const report = checkDerivatives(
        {
          types: entry.inputs.map(({ type }) => type),
          data: drawInputs(bound(entry.inputs), entry.index),
          build: (inputs) => entry.build(...inputs),
          dims: DIMS,
        },
        uniformSource(2),
      );
      expect(report.first).toBeLessThan(1e-7);
      expect(report.second).toBeLessThan(1e-7);
    },
  );

  it('has one golden entry for each case', () => {
    expect(golden.length).toBe(goldenCases.length);
  });
});
