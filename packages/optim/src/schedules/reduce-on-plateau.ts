import { requireOptions } from '../require-options.ts';
import type { Schedule } from './schedule.ts';

/** As those of `torch.optim.lr_scheduler.ReduceLROnPlateau`; `lr` is by default the optimizer's, `minLr` 0. */
export interface ReduceOnPlateauOptions {
  readonly lr?: number;
  /** Whether smaller metrics are better. Default `min`. */
  readonly mode?: 'min' | 'max';
  /** Default 0.1. */
  readonly factor?: number;
  /** Measurements without improvement that are borne. Default 10. */
  readonly patience?: number;
  /** Least improvement that counts. Default 1e-4. */
  readonly threshold?: number;
  /** Default `rel`. */
  readonly thresholdMode?: 'rel' | 'abs';
  /** Measurements after a reduction that do not count. Default 0. */
  readonly cooldown?: number;
  readonly minLr?: number;
  /** Smaller changes are not made. Default 1e-8. */
  readonly eps?: number;
}

/** Multiplies the rate by `factor` when a metric has stopped improving, as PyTorch's ReduceLROnPlateau. The metric is measured once an epoch. */
export function reduceOnPlateau(options: ReduceOnPlateauOptions = {}): Schedule {
  const {
    mode = 'min',
    factor = 0.1,
    patience = 10,
    threshold = 1e-4,
    thresholdMode = 'rel',
    cooldown = 0,
    minLr = 0,
    eps = 1e-8,
  } = options;
  requireOptions(
    'reduceOnPlateau',
    { mode, factor, patience, threshold, thresholdMode, cooldown, minLr, eps },
    {
      mode: { oneOf: ['min', 'max'] },
      factor: { from: 0, below: 1 },
      patience: [0, Infinity],
      threshold: [0, Infinity],
      thresholdMode: { oneOf: ['rel', 'abs'] },
      cooldown: [0, Infinity],
      minLr: [0, Infinity],
      eps: [0, Infinity],
    },
  );
  const improves = (metric: number, best: number): boolean => {
    const margin = thresholdMode === 'rel' ? threshold * best : threshold;
    return mode === 'min' ? metric < best - margin : metric > best + margin;
  };
  return {
    name: 'reduceOnPlateau',
    options,
    initial: { scale: 1, bad: 0, cooling: 0, measured: 0, best: 0 },
    at: (_, base, { scale }) => ({ lr: (options.lr ?? base.lr) * scale }),
    observe(state, metric, base) {
      const start = options.lr ?? base.lr;
      const improved = state.measured === 0 || improves(metric, state.best);
      const cooling = Math.max(state.cooling - 1, 0);
      const bad = improved || state.cooling > 0 ? 0 : state.bad + 1;
      const next = { ...state, best: improved ? metric : state.best, bad, cooling, measured: state.measured + 1 };
      if (bad <= patience) return next;
      const current = start * state.scale;
      const reduced = Math.max(current * factor, minLr);
      return { ...next, scale: current - reduced > eps ? reduced / start : state.scale, bad: 0, cooling: cooldown };
    },
  };
}
