import { logSoftmax } from '../functions/log-softmax.ts';
import { NetwrightError } from '../errors.ts';
import { add } from '../ops/add.ts';
import { mul } from '../ops/mul.ts';
import { neg } from '../ops/neg.ts';
import { sum } from '../ops/sum.ts';
import { tensorType } from '../tensor-type.ts';
import type { Tensor } from '../tensor.ts';
import { checkClassOperands, classFactors, labelLosses, labelShape, type ClassLossOptions } from './class-losses.ts';
import type { Loss } from './loss.ts';
import { reduceLoss, weightedMean, type Losses } from './reduce.ts';

/** As those of `torch.nn.CrossEntropyLoss`. */
export interface CrossEntropyOptions extends ClassLossOptions {
  /** Share of the target that is spread evenly over all classes, from 0 (default) to 1. arXiv:1512.00567 */
  readonly labelSmoothing?: number;
}

/**
 * Cross entropy of logits [N, classes, ...]: `-sum_c q_c log softmax(z)_c`, where q is `(1 - s) one_hot + s / classes` for i32
 * labels [N, ...] and `(1 - s) target + s / classes` for f32 probabilities [N, classes, ...]; s is `labelSmoothing`. NaN for a
 * label that names no class.
 *
 * Errors: `crossEntropyLoss.operands`, `crossEntropyLoss.labelSmoothing`.
 */
export function crossEntropyLoss(logits: Tensor, target: Tensor, options: CrossEntropyOptions = {}): Tensor {
  return reduceLoss(crossEntropies('crossEntropyLoss', logits, target, options), options.reduction ?? 'mean');
}

/** Mean cross entropy against labels as a loss for `train`. Errors: `crossEntropy.operands`, `crossEntropy.labelSmoothing`. */
export function crossEntropy(options: Omit<CrossEntropyOptions, 'reduction'> = {}): Loss {
  return {
    name: 'crossEntropy',
    targetType: ({ shape }) => tensorType('i32', labelShape(shape)),
    build: (prediction, target, sampleWeight) =>
      weightedMean('crossEntropy', crossEntropies('crossEntropy', prediction, target, options), sampleWeight),
  };
}

function crossEntropies(operation: string, logits: Tensor, target: Tensor, options: CrossEntropyOptions): Losses {
  const { labelSmoothing = 0 } = options;
  checkClassOperands(operation, logits, target, options, true);
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new NetwrightError({
      code: `${operation}.labelSmoothing`,
      operation,
      scope: logits.builder.scope,
      expected: 'a label smoothing from 0 to 1',
      received: String(labelSmoothing),
    });
  }
  const logProbabilities = logSoftmax(logits, 1);
  return target.dtype === 'i32'
    ? labelLosses(logProbabilities, target, options, labelSmoothing)
    : probabilityLosses(logProbabilities, target, options);
}

function probabilityLosses(logProbabilities: Tensor, target: Tensor, options: CrossEntropyOptions): Losses {
  const { labelSmoothing = 0 } = options;
  const classes = Number(target.shape[1]);
  const smoothed = labelSmoothing === 0 ? target : add(mul(target, 1 - labelSmoothing), labelSmoothing / classes);
  const factors = classFactors(target, options);
  const weighted = factors === undefined ? smoothed : mul(smoothed, factors);
  return { values: neg(sum(mul(logProbabilities, weighted), { axes: [1] })) };
}
