// What PyTorch has no counterpart of: losses as values for `train`, and labels that name no class.

import { describe, expect, it } from 'vitest';
import {
  crossEntropy,
  crossEntropyLoss,
  gradients,
  GraphBuilder,
  meanSquaredError,
  nllLoss,
  tensorType,
  type Tensor,
} from '../src/index.ts';
import { evaluateGraph } from './evaluate-graph.ts';

const LOGITS = [0.5, -1, 2, 3, 0, -2, 1, 1, 0.25];

function evaluate(
  build: (x: Tensor, target: Tensor, weight: Tensor) => Tensor,
  labels: readonly number[],
  weights: readonly number[] = [],
) {
  const builder = new GraphBuilder();
  const x = builder.input('x', tensorType('f32', ['N', 3]));
  const target = builder.input('target', tensorType('i32', ['N']));
  const y = build(x, target, builder.input('weight', tensorType('f32', ['N'])));
  builder.output('y', y);
  if (y.shape.length === 0) builder.output('grad', gradients(y, [x])[0]);
  return evaluateGraph(builder.finish(), { x: LOGITS, target: labels, weight: weights }, { N: 3 });
}

describe('labels that name no class', () => {
  it.each([-1, 3, -100])('%i gives NaN, so that a run stops', (label) => {
    const { y } = evaluate((x, target) => crossEntropyLoss(x, target, { reduction: 'none' }), [0, label, 2]);
    expect([...y].map(Number.isNaN)).toEqual([false, true, false]);
    expect(evaluate((x, target) => nllLoss(x, target), [0, label, 2])['y'][0]).toBeNaN();
  });

  it('counts for nothing where it is ignored', () => {
    const ignoring = evaluate((x, target) => crossEntropyLoss(x, target, { ignoreIndex: -100 }), [0, -100, 2]);
    const { y } = evaluate((x, target) => crossEntropyLoss(x, target, { reduction: 'none' }), [0, 1, 2]);
    expect(ignoring['y'][0]).toBeCloseTo((y[0] + y[2]) / 2, 14);
    expect([...ignoring['grad'].subarray(3, 6)].map(Math.abs)).toEqual([0, 0, 0]);
  });
});

describe('losses for training', () => {
  it.each([
    ['crossEntropy', crossEntropy(), ['N', 10], tensorType('i32', ['N'])],
    ['crossEntropy', crossEntropy(), ['N', 10, 8, 9], tensorType('i32', ['N', 8, 9])],
    ['meanSquaredError', meanSquaredError(), ['N', 10], tensorType('f32', ['N', 10])],
  ])('%s has a name and a target type', (name, loss, shape, target) => {
    expect(loss.name).toBe(name);
    expect(loss.targetType(tensorType('f32', shape))).toEqual(target);
  });

  it('leaves out a sample of weight 0, whatever its label', () => {
    const build = (x: Tensor, target: Tensor, weight: Tensor): Tensor => crossEntropy().build(x, target, weight);
    const weighted = evaluate(build, [0, -7, 2], [1, 0, 3]);
    const { y } = evaluate((x, target) => crossEntropyLoss(x, target, { reduction: 'none' }), [0, 1, 2]);
    expect(weighted['y'][0]).toBeCloseTo((y[0] + 3 * y[2]) / 4, 14);
    expect([...weighted['grad'].subarray(3, 6)].map(Math.abs)).toEqual([0, 0, 0]);
    expect(weighted['grad'].every(Number.isFinite)).toBe(true);
  });
});
