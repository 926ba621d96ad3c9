// Optimizers by the names and options that PyTorch gives them.

import type { Optimizer } from '@netwright/optim';
import { adadelta } from '@netwright/optim-adadelta';
import { adagrad } from '@netwright/optim-adagrad';
import { adam } from '@netwright/optim-adam';
import { adamax } from '@netwright/optim-adamax';
import { adamw } from '@netwright/optim-adamw';
import { momentum } from '@netwright/optim-momentum';
import { nadam } from '@netwright/optim-nadam';
import { nesterov } from '@netwright/optim-nesterov';
import { rmsprop } from '@netwright/optim-rmsprop';
import { sgd } from '@netwright/optim-sgd';

export type TorchOptions = Readonly<Record<string, unknown>>;

/** Where a textbook's rule differs from PyTorch's. */
export interface Variant {
  readonly lrInside?: boolean;
  readonly lookAhead?: boolean;
  readonly epsInside?: boolean;
  /** Decay that the learning rate does not scale. */
  readonly absoluteDecay?: boolean;
}

type Numbers = (names: Readonly<Record<string, string>>) => Readonly<Record<string, number>>;

interface Given {
  readonly options: TorchOptions;
  readonly variant: Variant;
  /** The options that are given, under our names; `lr` and `weightDecay` always. */
  readonly numbers: Numbers;
  readonly betas: Readonly<Record<string, number>>;
  readonly eps: { readonly epsPlacement?: 'inside'; readonly eps?: number };
}

/** One line for each class of `torch.optim`. */
const RULES: Readonly<Record<string, (given: Given) => Optimizer>> = {
  SGD: descent,
  Adagrad: ({ numbers, eps }) =>
    adagrad({ ...numbers({ lr_decay: 'lrDecay', initial_accumulator_value: 'initialAccumulator' }), ...eps }),
  RMSprop: ({ options, numbers, eps }) =>
    rmsprop({
      ...numbers({ alpha: 'alpha', rho: 'alpha', momentum: 'momentum' }),
      ...eps,
      centered: options.centered === true,
    }),
  Adam: ({ options, numbers, betas, eps }) =>
    adam({ ...numbers({}), ...betas, ...eps, amsgrad: options.amsgrad === true }),
  AdamW: ({ options, numbers, betas, eps, variant }) =>
    adamw({
      ...numbers({ lambda: 'weightDecay' }),
      ...betas,
      ...eps,
      amsgrad: options.amsgrad === true,
      decay: variant.absoluteDecay === true ? 'absolute' : 'scaled',
    }),
  Adadelta: ({ numbers }) => adadelta(numbers({ rho: 'rho', eps: 'eps' })),
  Adamax: ({ numbers, betas }) => adamax({ ...numbers({ eps: 'eps' }), ...betas }),
  // Recorded with PyTorch 1.13.
  NAdam: ({ numbers, betas }) =>
    nadam({ ...numbers({ eps: 'eps', momentum_decay: 'momentumDecay' }), ...betas, product: 'torch1' }),
};

/** `torch.optim.<type>` with its options, or a variant of it; undefined when no package of ours has that rule. */
export function createOptimizer(type: string, options: TorchOptions, variant: Variant = {}): Optimizer | undefined {
  if (!Object.hasOwn(RULES, type)) return undefined;
  const numbers: Numbers = (names) =>
    Object.fromEntries(
      Object.entries({ lr: 'lr', weight_decay: 'weightDecay', ...names }).flatMap(([theirs, ours]) => {
        const value = options[theirs];
        return typeof value === 'number' ? [[ours, value]] : [];
      }),
    );
  const { betas } = options;
  const [beta1, beta2] = Array.isArray(betas) ? (betas as readonly number[]) : [0.9, 0.999];
  const inside = variant.epsInside === true ? ({ epsPlacement: 'inside' } as const) : {};
  return RULES[type]({
    options,
    variant,
    numbers,
    betas: { beta1, beta2 },
    eps: { ...inside, ...(typeof options.eps === 'number' ? { eps: options.eps } : {}) },
  });
}

/** `torch.optim.SGD` is three of our rules. */
function descent({ options, variant: { lrInside = false, lookAhead = false }, numbers }: Given): Optimizer {
  const given = numbers({ momentum: 'momentum', mu: 'momentum' });
  if (options.nesterov === true) return nesterov({ ...given, lrInside, lookAhead });
  if (given.momentum === undefined || given.momentum === 0) return sgd(numbers({}));
  return momentum({ ...given, ...numbers({ dampening: 'dampening' }), lrInside });
}
