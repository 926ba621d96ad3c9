import type { Tensor } from '../tensor.ts';
import { maskRandomly, randomMaskFunction } from './random-mask.ts';

/**
 * Zeroes each element with probability `p` (0.5 by default) and divides the others by 1 - p; the identity in inference mode.
 * The mask is a function of the run's seed, the step, the scope of the call and the element's position in the whole batch.
 * arXiv:1207.0580
 *
 * Errors: `dropout.p`; `random.operands` where a symbolic axis is not the first.
 */
export function dropout(x: Tensor, { p = 0.5 }: { readonly p?: number } = {}): Tensor {
  return maskRandomly(dropoutFunction, x, p, x.shape);
}

export const dropoutFunction = randomMaskFunction('dropout');
