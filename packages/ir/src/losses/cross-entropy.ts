// Cross entropy with integer labels.

import { oneHot } from '../functions/one-hot.ts';
import { logSoftmax } from '../functions/softmax.ts';
import { NetwrightError } from '../errors.ts';
import { add } from '../ops/add.ts';
import { div } from '../ops/div.ts';
import { gather } from '../ops/gather.ts';
import { mul } from '../ops/mul.ts';
import { neg } from '../ops/neg.ts';
import { sum } from '../ops/sum.ts';
import { formatType, tensorType } from '../tensor-type.ts';
import type { Tensor } from '../tensor.ts';
import type { Loss, Reduction } from './loss.ts';
import { reduceLoss } from './reduce.ts';

export interface CrossEntropyOptions {
  /** Share of the target that is spread evenly over all classes. Default 0. arXiv:1512.00567 */
  readonly labelSmoothing?: number;
  /** Default `mean`. */
  readonly reduction?: Reduction;
  /** [classes]; the mean is then weighted by the weights of the labels, as PyTorch's. */
  readonly classWeight?: Tensor;
}

/**
 * Cross entropy of logits [N, classes] against i32 labels [N]: the mean over the batch of `-sum_c q_c log softmax(z)_c` with
 * `q = (1 - s) one_hot + s / classes`.
 *
 * Errors: `crossEntropy.operands`.
 */
export function crossEntropyLoss(logits: Tensor, target: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const { labelSmoothing = 0, reduction = 'mean', classWeight } = options;
  const classes = logits.shape[1];
  if (logits.shape.length !== 2 || typeof classes !== 'number' || target.dtype !== 'i32' || target.shape.length !== 1 || target.shape[0] !== logits.shape[0]) {
    throw new NetwrightError({
      code: 'crossEntropy.operands',
      operation: 'crossEntropy',
      scope: logits.builder.scope,
      expected: 'f32 logits [N, classes] and i32 labels [N]',
      received: `${formatType(logits.type)}, ${formatType(target.type)}`,
    });
  }
  const logProbabilities = logSoftmax(logits, 1);
  const weighted = classWeight === undefined ? logProbabilities : mul(logProbabilities, classWeight);
  const own = sum(mul(weighted, oneHot(target, classes)), { axes: [1] });
  const smoothed = labelSmoothing === 0 ? own : add(mul(own, 1 - labelSmoothing), mul(sum(weighted, { axes: [1] }), labelSmoothing / classes));
  const values = neg(smoothed);
  if (classWeight === undefined || reduction !== 'mean') return reduceLoss(values, reduction);
  return div(sum(values), sum(gather(classWeight, target)));
}

/** Mean cross entropy as a loss for `train`. */
export function crossEntropy({ labelSmoothing = 0 }: Pick<CrossEntropyOptions, 'labelSmoothing'> = {}): Loss {
  return {
    name: 'crossEntropy',
    targetType: ({ shape }) => tensorType('i32', shape.slice(0, 1)),
    build: (prediction, target) => crossEntropyLoss(prediction, target, { labelSmoothing }),
  };
}

/** Negative log likelihood: mean of `-logProbabilities[n, target[n]]`. */
export function nllLoss(logProbabilities: Tensor, target: Tensor, { reduction = 'mean' }: { readonly reduction?: Reduction } = {}): Tensor {
  const picked = sum(mul(logProbabilities, oneHot(target, logProbabilities.shape[1] as number)), { axes: [1] });
  return reduceLoss(neg(picked), reduction);
}
