// The rules by which weights start, under PyTorch's names.

import { NetwrightError, type Initializer } from '@netwright/ir';

/** What follows a layer, for {@link gainOf}. */
export type Nonlinearity = 'linear' | 'sigmoid' | 'tanh' | 'relu' | 'leakyRelu' | 'selu';

/** By which fan, and for which activation, the variance is scaled. arXiv:1502.01852 */
export interface KaimingOptions {
  /** `fanIn` keeps the variance of activations, `fanOut` that of gradients. Default `fanIn`. */
  readonly fan?: 'fanIn' | 'fanOut';
  /** Default `relu`. */
  readonly nonlinearity?: Nonlinearity;
  /** Of `leakyRelu`, below zero. Default 0.01. */
  readonly slope?: number;
}

/** By which fan, and by how much, the variance is scaled. */
export interface XavierOptions {
  /** `fanAvg` (Glorot and Bengio): variance 2 / (fanIn + fanOut); `fanIn` (LeCun, Caffe): 1 / fanIn. Default `fanAvg`. */
  readonly fan?: 'fanAvg' | 'fanIn';
  /** Factor of the standard deviation, e.g. `gainOf('tanh')`. Default 1. */
  readonly gain?: number;
}

/** The factor that makes up for what a nonlinearity does to the variance, as `torch.nn.init.calculate_gain`. */
export function gainOf(nonlinearity: Nonlinearity, slope = 0.01): number {
  switch (nonlinearity) {
    case 'linear':
    case 'sigmoid':
      return 1;
    case 'tanh':
      return 5 / 3;
    case 'relu':
      return Math.SQRT2;
    case 'leakyRelu':
      return Math.sqrt(2 / (1 + slope ** 2));
    case 'selu':
      return 3 / 4;
  }
}

/** Normal numbers of variance gain^2 / fan. arXiv:1502.01852 */
export function kaimingNormal(options: KaimingOptions = {}): Initializer {
  return kaiming('normal', options);
}

/** Uniform numbers of variance gain^2 / fan: in +-gain * sqrt(3 / fan). arXiv:1502.01852 */
export function kaimingUniform(options: KaimingOptions = {}): Initializer {
  return kaiming('uniform', options);
}

/** Normal numbers of the variance of {@link XavierOptions.fan}. Glorot and Bengio, AISTATS 2010. */
export function xavierNormal({ fan = 'fanAvg', gain = 1 }: XavierOptions = {}): Initializer {
  return { kind: 'xavier', distribution: 'normal', fan, gain };
}

/** Uniform numbers of the variance of {@link XavierOptions.fan}. Glorot and Bengio, AISTATS 2010. */
export function xavierUniform({ fan = 'fanAvg', gain = 1 }: XavierOptions = {}): Initializer {
  return { kind: 'xavier', distribution: 'uniform', fan, gain };
}

/** Normal numbers. */
export function normal({ mean = 0, std = 1 }: { readonly mean?: number; readonly std?: number } = {}): Initializer {
  if (!(std >= 0)) throw wrong('normal', 'a standard deviation that is not negative', String(std));
  return { kind: 'normal', mean, std };
}

/** Uniform numbers from `low` to `high`. */
export function uniform({ low = 0, high = 1 }: { readonly low?: number; readonly high?: number } = {}): Initializer {
  if (!(low <= high)) throw wrong('uniform', 'low at most high', `${String(low)} and ${String(high)}`);
  return { kind: 'uniform', low, high };
}

/**
 * Normal numbers, those outside `low` to `high` drawn again; the bounds are values, not multiples of `std`, as in PyTorch.
 *
 * @throws NetwrightError `init.truncatedNormal` where the bounds leave next to nothing of the distribution.
 */
export function truncatedNormal({
  mean = 0,
  std = 1,
  low = -2,
  high = 2,
}: {
  readonly mean?: number;
  readonly std?: number;
  readonly low?: number;
  readonly high?: number;
} = {}): Initializer {
  const near = Math.max(low, Math.min(mean, high));
  if (!(std > 0 && low < high && Math.abs(near - mean) <= 3 * std && high - low >= 1e-3 * std)) {
    throw wrong(
      'truncatedNormal',
      'a positive standard deviation, and bounds that hold numbers within three of it from the mean',
      `mean ${String(mean)}, std ${String(std)}, low ${String(low)}, high ${String(high)}`,
    );
  }
  return { kind: 'truncatedNormal', mean, std, low, high };
}

/** One value everywhere; `zerosInit` and `onesInit` of `@netwright/ir` are the common ones. */
export function constantInit(value: number): Initializer {
  return { kind: 'constant', value };
}

function kaiming(
  distribution: 'normal' | 'uniform',
  { fan = 'fanIn', nonlinearity = 'relu', slope }: KaimingOptions,
): Initializer {
  return { kind: 'kaiming', distribution, fan, gain: gainOf(nonlinearity, slope) };
}

function wrong(operation: string, expected: string, received: string): NetwrightError {
  return new NetwrightError({ code: `init.${operation}`, operation, expected, received });
}
