// What the losses against classes share.

import { equalShapes, formatShape, type Shape } from '../dim.ts';
import { perChannel } from '../functions/per-channel.ts';
import { add } from '../ops/add.ts';
import { and } from '../ops/and.ts';
import { broadcastTo } from '../ops/broadcast-to.ts';
import { cast } from '../ops/cast.ts';
import { constantTensor } from '../ops/constant.ts';
import { eq } from '../ops/eq.ts';
import { gather } from '../ops/gather.ts';
import { iota } from '../ops/iota.ts';
import { le } from '../ops/le.ts';
import { lt } from '../ops/lt.ts';
import { mul } from '../ops/mul.ts';
import { ne } from '../ops/ne.ts';
import { neg } from '../ops/neg.ts';
import { reshape } from '../ops/reshape.ts';
import { sum } from '../ops/sum.ts';
import { where } from '../ops/where.ts';
import { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';
import type { Losses, ReductionOption } from './reduce.ts';

/** Which labels count, and how much. */
export interface ClassLossOptions extends ReductionOption {
  /**
   * Factor for each class, f32 [classes]. The mean over labels is weighted by the factors of the labels, as PyTorch's.
   * Default 1.
   */
  readonly classWeight?: Tensor | readonly number[] | undefined;
  /** Positions with this label count neither in the sum nor in the mean. Default none. */
  readonly ignoreIndex?: number | undefined;
}

/** Without the class axis, the second. */
export function labelShape(scores: Shape): Shape {
  return scores.toSpliced(1, 1);
}

/** The factors of the classes as [1, classes, 1, ...], to broadcast over the scores. */
export function classFactors(scores: Tensor, { classWeight }: ClassLossOptions): Tensor | undefined {
  const vector = weightVector(scores, classWeight);
  return vector === undefined ? undefined : perChannel(vector, scores);
}

/**
 * `<operation>.operands` unless scores [N, classes, ...], i32 labels [N, ...] (or, with `probabilities`, a target like the
 * scores) and class weights fit together.
 */
export function checkClassOperands(
  operation: string,
  scores: Tensor,
  target: Tensor,
  { classWeight }: ClassLossOptions,
  probabilities: boolean,
): void {
  const weight = weightVector(scores, classWeight);
  const operands = weight === undefined ? [scores, target] : [scores, target, weight];
  const check = new ShapeCheck(
    operation,
    operands.map(({ type }) => type),
    scores.builder.scope,
  );
  check.require(scores.dtype === 'f32', () => `element type ${scores.dtype} is not f32`);
  const classes = scores.shape[1];
  if (check.require(typeof classes === 'number', 'the second axis is not a fixed number of classes')) {
    const soft = probabilities && target.dtype === 'f32';
    const expected = soft ? scores.shape : labelShape(scores.shape);
    check.require(soft || target.dtype === 'i32', () => `the target is ${target.dtype}, not i32`);
    check.require(equalShapes(target.shape, expected), () => `the target is not of shape ${formatShape(expected)}`);
    check.require(
      weight === undefined || (weight.dtype === 'f32' && equalShapes(weight.shape, [classes])),
      () => `the class weights are not f32[${String(classes)}]`,
    );
  }
  check.done(`f32 scores [N, classes, ...] and i32 labels [N, ...]${probabilities ? ' or f32 probabilities' : ''}`);
}

/**
 * Losses of log-probabilities against checked labels; NaN for a label that names no class, so that a run stops there.
 *
 * @param smoothing - share of the target that is spread evenly over all classes.
 */
export function labelLosses(
  logProbabilities: Tensor,
  labels: Tensor,
  options: ClassLossOptions,
  smoothing: number,
): Losses {
  const { shape } = logProbabilities;
  const classes = Number(shape[1]);
  const factors = classFactors(logProbabilities, options);
  const weighted = factors === undefined ? logProbabilities : mul(logProbabilities, factors);
  const names = broadcastTo(reshape(labels, labels.shape.toSpliced(1, 0, 1)), shape);
  const own = sum(where(eq(names, iota(labels.builder, shape, 1)), weighted, 0), { axes: [1] });
  const smoothed =
    smoothing === 0 ? own : add(mul(own, 1 - smoothing), mul(sum(weighted, { axes: [1] }), smoothing / classes));
  const known = and(le(0, labels), lt(labels, classes));
  return withoutIgnored(labels, options, {
    values: where(known, neg(smoothed), NaN),
    counts: labelCounts(labels, options),
  });
}

function withoutIgnored(labels: Tensor, { ignoreIndex }: ClassLossOptions, { values, counts }: Losses): Losses {
  if (ignoreIndex === undefined) return { values, counts };
  const counted = ne(labels, ignoreIndex);
  return {
    values: where(counted, values, 0),
    counts: counts === undefined ? cast(counted, 'f32') : where(counted, counts, 0),
  };
}

/** The factor of each label's class, where there are any. */
function labelCounts(labels: Tensor, { classWeight }: ClassLossOptions): Tensor | undefined {
  const vector = weightVector(labels, classWeight);
  return vector === undefined ? undefined : gather(vector, labels);
}

function weightVector({ builder }: Tensor, weight: ClassLossOptions['classWeight']): Tensor | undefined {
  if (weight === undefined || 'builder' in weight) return weight;
  return constantTensor(builder, weight, [weight.length]);
}
