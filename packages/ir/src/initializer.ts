// How a parameter or state entry starts: plain data; the values are drawn by `initialize` in the package `arch`.

import { isRecord } from './plain-data.ts';

/** How a parameter or state entry starts, as plain data. Values are a function of the seed and the entry's name. */
export type Initializer =
  | { readonly kind: 'constant'; readonly value: number }
  /** U(low, high). */
  | { readonly kind: 'uniform'; readonly low: number; readonly high: number }
  | { readonly kind: 'normal'; readonly mean: number; readonly std: number }
  | {
      readonly kind: 'truncatedNormal';
      readonly mean: number;
      readonly std: number;
      readonly low: number;
      readonly high: number;
    }
  /** Variance gain^2 / fan; fans as PyTorch computes them: dimension 1 (in) or 0 (out) times the receptive field. arXiv:1502.01852 */
  | {
      readonly kind: 'kaiming';
      readonly distribution: 'uniform' | 'normal';
      readonly fan: 'fanIn' | 'fanOut';
      readonly gain: number;
    }
  /** `fanAvg`: variance gain^2 * 2 / (fanIn + fanOut); `fanIn`: gain^2 / fanIn. Glorot and Bengio, AISTATS 2010. */
  | {
      readonly kind: 'xavier';
      readonly distribution: 'uniform' | 'normal';
      readonly fan: 'fanAvg' | 'fanIn';
      readonly gain: number;
    }
  /** Uniform in +-1/sqrt(fanIn) of the named weight: PyTorch's default for biases. */
  | { readonly kind: 'biasOf'; readonly fanIn: number }
  /** Starts as a copy of a parameter (averages of weights). */
  | { readonly kind: 'copyOf'; readonly parameter: string };

/** Zeros: biases, and the last norm of a residual branch. */
export const zerosInit: Initializer = { kind: 'constant', value: 0 };
/** Ones: scales of norms. */
export const onesInit: Initializer = { kind: 'constant', value: 1 };

type Field = 'number' | 'string' | readonly string[];

const FIELDS: {
  readonly [K in Initializer['kind']]: Readonly<
    Record<Exclude<keyof Extract<Initializer, { kind: K }>, 'kind'>, Field>
  >;
} = {
  constant: { value: 'number' },
  uniform: { low: 'number', high: 'number' },
  normal: { mean: 'number', std: 'number' },
  truncatedNormal: { mean: 'number', std: 'number', low: 'number', high: 'number' },
  kaiming: { distribution: ['uniform', 'normal'], fan: ['fanIn', 'fanOut'], gain: 'number' },
  xavier: { distribution: ['uniform', 'normal'], fan: ['fanAvg', 'fanIn'], gain: 'number' },
  biasOf: { fanIn: 'number' },
  copyOf: { parameter: 'string' },
};

/** What is wrong with an initializer that comes from outside. */
export function initializerProblems(init: unknown): readonly string[] {
  if (!isRecord(init)) return ['its initializer is not an object'];
  const { kind } = init;
  if (typeof kind !== 'string' || !Object.hasOwn(FIELDS, kind))
    return [`there is no initializer ${JSON.stringify(kind)}`];
  const fields: Readonly<Record<string, Field>> = FIELDS[kind as Initializer['kind']];
  return Object.entries(fields).flatMap(([name, field]) => {
    const value = init[name];
    const fits = typeof field === 'string' ? typeof value === field : field.some((choice) => choice === value);
    return fits ? [] : [`${name} of its initializer is ${JSON.stringify(value) ?? 'missing'}`];
  });
}
