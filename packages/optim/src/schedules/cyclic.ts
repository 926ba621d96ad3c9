import { requireOptions } from '../require-options.ts';
import type { Schedule } from './schedule.ts';

/** As those of `torch.optim.lr_scheduler.CyclicLR`; `lr` is its `base_lr`, by default the optimizer's, `mode` is by default `triangular`. */
export interface CyclicOptions {
  readonly lr?: number;
  readonly maxLr: number;
  /** Steps from the base to the maximum. Default 2000. */
  readonly stepSizeUp?: number;
  /** Default stepSizeUp. */
  readonly stepSizeDown?: number;
  /** `triangular2` halves the amplitude every cycle. */
  readonly mode?: 'triangular' | 'triangular2';
}

/** Triangle waves between the base and the maximum (CyclicLR). arXiv:1506.01186 */
export function cyclic(options: CyclicOptions): Schedule {
  requireOptions('cyclic', { stepSizeUp: 2000, ...options }, { maxLr: [0, Infinity], stepSizeUp: [1, Infinity] });
  const { maxLr, stepSizeUp = 2000, stepSizeDown = stepSizeUp, mode = 'triangular' } = options;
  const period = stepSizeUp + stepSizeDown;
  return {
    name: 'cyclic',
    options,
    initial: {},
    at({ step }, base) {
      const low = options.lr ?? base.lr;
      const cycle = Math.floor(step / period);
      const at = step - cycle * period;
      const height = at <= stepSizeUp ? at / stepSizeUp : (period - at) / stepSizeDown;
      return { lr: low + (maxLr - low) * height * (mode === 'triangular2' ? 0.5 ** cycle : 1) };
    },
  };
}
