import { mean } from '../functions/statistics.ts';
import { sum } from '../ops/sum.ts';
import type { Tensor } from '../tensor.ts';
import type { Reduction } from './loss.ts';

/** All values, their sum, or their mean. */
export function reduceLoss(values: Tensor, reduction: Reduction): Tensor {
  if (reduction === 'none') return values;
  return reduction === 'sum' ? sum(values) : mean(values);
}
