// Gradients that functions bring themselves, against those that follow from their expansions.

import { describe, expect, it } from 'vitest';
import {
  add,
  bindShape,
  callFunction,
  constant,
  GraphBuilder,
  gradients,
  mul,
  sum,
  type FunctionAttrs,
  type FunctionRecord,
  type PrimitiveSample,
  type Tensor,
} from '../src/index.ts';
import { batchNormFunction } from '../src/functions/batch-norm.ts';
import { clampFunction } from '../src/functions/clamp.ts';
import { eluFunction } from '../src/functions/elu.ts';
import { expm1Function } from '../src/functions/expm1.ts';
import { hardsigmoidFunction } from '../src/functions/hardsigmoid.ts';
import { log1pFunction } from '../src/functions/log1p.ts';
import { logSoftmaxFunction } from '../src/functions/log-softmax.ts';
import { normalizeFunction } from '../src/functions/normalize.ts';
import { reluFunction } from '../src/functions/relu.ts';
import { relu6Function } from '../src/functions/relu6.ts';
import { sigmoidFunction } from '../src/functions/sigmoid.ts';
import { siluFunction } from '../src/functions/silu.ts';
import { softmaxFunction } from '../src/functions/softmax.ts';
import { softplusFunction } from '../src/functions/softplus.ts';
import { binaryCrossEntropyFunction } from '../src/losses/binary-cross-entropy-with-logits.ts';
import { normal, uniform } from '../src/ops/sample-inputs.ts';
import { drawInputs, drawNormal, uniformSource } from './draw.ts';
import { evaluateGraph } from './evaluate-graph.ts';
import { bound, DIMS } from './function-cases.ts';

interface Case<A extends FunctionAttrs> {
  readonly record: FunctionRecord<A>;
  readonly attrs: A;
  readonly inputs: PrimitiveSample['inputs'];
}

type Run = () => Readonly<Record<string, Float64Array>>;

/** Both derivatives of a call with random weights on its results: by its own gradient, and by that of its expansion. */
function forms<A extends FunctionAttrs>({
  record,
  attrs,
  inputs,
}: Case<A>): readonly [name: string, own: Run, derived: Run] {
  const expansion: FunctionRecord<A> = { name: `${record.name}Expansion`, expand: record.expand };
  return [record.name, () => derivatives(record, attrs, inputs), () => derivatives(expansion, attrs, inputs)];
}

function derivatives<A extends FunctionAttrs>(
  record: FunctionRecord<A>,
  attrs: A,
  inputs: PrimitiveSample['inputs'],
): Record<string, Float64Array> {
  const builder = new GraphBuilder();
  const random = uniformSource(7);
  const arrays: Record<string, readonly number[]> = {};
  const leaves = inputs.map(({ type }, i) => builder.input(`x${String(i)}`, type));
  drawInputs(bound(inputs), 3).forEach((list, i) => (arrays[`x${String(i)}`] = list));
  const weigh = (prefix: string, tensors: readonly Tensor[]): Tensor =>
    tensors.reduce(
      (total, tensor, i) => {
        const weight = builder.input(`${prefix}${String(i)}`, tensor.type);
        const count = bindShape(tensor.shape, DIMS).reduce((product, dim) => product * dim, 1);
        arrays[`${prefix}${String(i)}`] = drawNormal(count, random);
        return add(total, sum(mul(tensor, weight)));
      },
      constant(builder, 0),
    );
  const first = gradients(weigh('r', callFunction(record, leaves, attrs)), leaves);
  const second = gradients(weigh('u', first), leaves);
  first.forEach((grad, i) => {
    builder.output(`first${String(i)}`, grad);
  });
  second.forEach((grad, i) => {
    builder.output(`second${String(i)}`, grad);
  });
  return evaluateGraph(builder.finish(), arrays, DIMS);
}

const VECTOR = [normal([23])];
const CHANNELS = [normal([4]), normal([4]), normal([4]), uniform([4], 0.5, 2)];

const cases = [
  forms({
    record: batchNormFunction,
    attrs: { eps: 1e-2, momentum: 0.3 },
    inputs: [normal(['N', 4, 2, 3]), ...CHANNELS],
  }),
  forms({ record: batchNormFunction, attrs: { eps: 1e-5, momentum: 0.1 }, inputs: [normal(['N', 4]), ...CHANNELS] }),
  forms({ record: binaryCrossEntropyFunction, attrs: {}, inputs: [normal([9]), uniform([9], 0, 1)] }),
  forms({ record: clampFunction, attrs: { low: -0.5, high: 0.75 }, inputs: VECTOR }),
  forms({ record: eluFunction, attrs: { alpha: 0.7 }, inputs: VECTOR }),
  forms({ record: expm1Function, attrs: {}, inputs: VECTOR }),
  forms({ record: hardsigmoidFunction, attrs: {}, inputs: [uniform([23], -5, 5)] }),
  forms({ record: log1pFunction, attrs: {}, inputs: [uniform([23], -0.9, 3)] }),
  forms({ record: logSoftmaxFunction, attrs: { axis: 1 }, inputs: [normal(['N', 5, 2])] }),
  forms({ record: normalizeFunction, attrs: { axes: [1, 2], eps: 1e-2 }, inputs: [normal(['N', 4, 3])] }),
  forms({ record: reluFunction, attrs: {}, inputs: VECTOR }),
  forms({ record: relu6Function, attrs: {}, inputs: [uniform([23], -3, 9)] }),
  forms({ record: sigmoidFunction, attrs: {}, inputs: VECTOR }),
  forms({ record: siluFunction, attrs: {}, inputs: VECTOR }),
  forms({ record: softmaxFunction, attrs: { axis: 0 }, inputs: [normal([4, 3])] }),
  forms({ record: softplusFunction, attrs: {}, inputs: VECTOR }),
];

describe('own gradients against those of the expansions', () => {
  it.each(cases)('%s', (_, own, derived) => {
    const expected = derived();
    const received = own();
    expect(Object.keys(received)).toEqual(Object.keys(expected));
    for (const [name, list] of Object.entries(expected)) {
      const scale = Math.max(1, ...list.map(Math.abs));
      const worst = Math.max(...list.map((value, i) => Math.abs(value - received[name][i])));
      expect(worst, name).toBeLessThan(1e-9 * scale);
      if (name === 'first0') expect(scale).toBeGreaterThan(0.1);
    }
  });
});
