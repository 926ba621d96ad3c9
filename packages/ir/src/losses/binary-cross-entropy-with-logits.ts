import { log1p } from '../functions/log1p.ts';
import { sigmoid } from '../functions/sigmoid.ts';
import { softplus } from '../functions/softplus.ts';
import { callFunction, defineFunction } from '../function.ts';
import { abs } from '../ops/abs.ts';
import { add } from '../ops/add.ts';
import { exp } from '../ops/exp.ts';
import { maximum } from '../ops/maximum.ts';
import { mul } from '../ops/mul.ts';
import { neg } from '../ops/neg.ts';
import { sub } from '../ops/sub.ts';
import type { Tensor } from '../tensor.ts';
import { reduceLoss, type ReductionOption } from './reduce.ts';
import { requireSameType } from './same-type.ts';

/** As those of `torch.nn.BCEWithLogitsLoss`. */
export interface BinaryCrossEntropyOptions extends ReductionOption {
  /** Factor on the loss of positive targets; broadcasts. Default 1. */
  readonly posWeight?: Tensor | undefined;
}

/**
 * Cross entropy of `sigmoid(x)` against targets in [0, 1]: `-t log(p) - (1 - t) log(1 - p)`, without overflow and accurate
 * for confident predictions.
 *
 * Errors: `binaryCrossEntropyWithLogits.operands`; `broadcast.shapes` for `posWeight`.
 */
export function binaryCrossEntropyWithLogits(
  x: Tensor,
  target: Tensor,
  { reduction = 'mean', posWeight }: BinaryCrossEntropyOptions = {},
): Tensor {
  requireSameType('binaryCrossEntropyWithLogits', x, target);
  if (posWeight === undefined) {
    const [values] = callFunction(binaryCrossEntropyFunction, [x, target], {});
    return reduceLoss({ values }, reduction);
  }
  const positive = mul(mul(target, posWeight), softplus(neg(x)));
  return reduceLoss({ values: add(positive, mul(sub(1, target), softplus(x))) }, reduction);
}

export const binaryCrossEntropyFunction = defineFunction({
  name: 'binaryCrossEntropyWithLogits',
  expand: ([x, target]) => [add(sub(maximum(x, 0), mul(x, target)), log1p(exp(neg(abs(x)))))],
  gradient: ({ inputs: [x, target], grads: [g] }) => [mul(g, sub(sigmoid(x), target)), neg(mul(g, x))],
});
