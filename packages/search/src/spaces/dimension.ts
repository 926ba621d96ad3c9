// One dimension of a design space: what values it has, and how likely each is drawn.

import { NetwrightError } from '@netwright/ir';

/** What stands at one dimension of a point. */
export type Value = number | string | boolean;

/** Values that are equally likely. */
export interface Choice<V extends Value = Value> {
  readonly kind: 'choice';
  readonly values: readonly V[];
}

/** A closed range of numbers. */
export interface Range {
  readonly kind: 'range';
  readonly low: number;
  readonly high: number;
  /** Values are multiples of it; 0 for all real numbers. */
  readonly quantum: number;
  /** What is drawn evenly: the number or its logarithm. */
  readonly scale: 'linear' | 'log';
}

/** The values of one dimension: listed ones, or a range of numbers. */
export type Dimension = Choice | Range;

/** The type of a value of a dimension. */
export type ValueOf<D extends Dimension> = D extends Choice<infer V> ? V : number;

/**
 * A dimension whose values are drawn evenly.
 *
 * @throws NetwrightError `search.dimension` for no values, or one that occurs twice.
 */
export function choice<const V extends Value>(values: readonly V[]): Choice<V> {
  if (values.length === 0 || new Set(values).size !== values.length)
    throw badDimension('choice', 'at least one value, each once', JSON.stringify(values));
  return { kind: 'choice', values };
}

/** The ends of a range, both inside, and on which scale values are drawn evenly. */
export interface RangeOptions {
  readonly low: number;
  readonly high: number;
  /** Default `linear`. */
  readonly scale?: Range['scale'];
}

/** Multiples of `step` (default 1) from `low` to `high`, which are multiples too. Errors: `search.dimension`. */
export function integers({ step = 1, ...range }: RangeOptions & { readonly step?: number }): Range {
  return rangeOf('integers', { ...range, quantum: step });
}

/** Numbers from `low` to `high`: all of them, or with a `quantum` its multiples. Errors: `search.dimension`. */
export function reals({ quantum = 0, ...range }: RangeOptions & { readonly quantum?: number }): Range {
  return rangeOf('reals', { ...range, quantum });
}

function rangeOf(
  operation: string,
  { low, high, quantum, scale = 'linear' }: RangeOptions & { readonly quantum: number },
): Range {
  const ordered = low <= high && Number.isFinite(high - low) && quantum >= 0;
  const positive = scale === 'linear' || low > 0;
  const whole = quantum === 0 || (isMultiple(low, quantum) && isMultiple(high, quantum));
  if (ordered && positive && whole) return { kind: 'range', low, high, quantum, scale };
  throw badDimension(
    operation,
    'low <= high, both multiples of the step, and above 0 on a logarithmic scale',
    `low ${String(low)}, high ${String(high)}, step ${String(quantum)}, ${scale}`,
  );
}

/**
 * The value that stands at `share`, in [0, 1), of the distribution. Multiples are reached as in pycls: on a linear scale by rounding down from
 * [low, high + quantum); on a logarithmic one by rounding up from (low - min(quantum, low / 2), high].
 */
export function drawValue(dimension: Dimension, share: number): Value {
  if (dimension.kind === 'choice') return dimension.values[Math.floor(share * dimension.values.length)];
  const { high, quantum, scale } = dimension;
  const [from, to] = support(dimension);
  if (scale === 'linear') {
    const value = from + share * (to - from);
    return quantum === 0 ? value : multiple(Math.floor(value / quantum), quantum);
  }
  const value = Math.exp(Math.log(to) - share * (Math.log(to) - Math.log(from)));
  return quantum === 0 ? value : Math.min(high, multiple(Math.ceil(value / quantum), quantum));
}

/** The probability of a value; 0 for one that is not of this dimension, and for single numbers of a continuous one. */
export function probabilityOf(dimension: Dimension, value: Value): number {
  if (!hasValue(dimension, value)) return 0;
  if (dimension.kind === 'choice') return 1 / dimension.values.length;
  if (dimension.quantum === 0 || typeof value !== 'number') return 0;
  const [from, to] = support(dimension);
  if (dimension.scale === 'linear') return dimension.quantum / (to - from);
  const below = Math.max(from, value - dimension.quantum);
  return Math.log(value / below) / Math.log(to / from);
}

/** Whether the value is one of the dimension's. */
export function hasValue(dimension: Dimension, value: unknown): value is Value {
  if (dimension.kind === 'choice') return (dimension.values as readonly unknown[]).includes(value);
  const { low, high, quantum } = dimension;
  if (typeof value !== 'number' || !(value >= low && value <= high)) return false;
  return quantum === 0 || isMultiple(value, quantum);
}

/** Number of values; infinite for a continuous one. */
export function sizeOf(dimension: Dimension): number {
  if (dimension.kind === 'choice') return dimension.values.length;
  const { low, high, quantum } = dimension;
  return quantum === 0 ? Infinity : Math.round((high - low) / quantum) + 1;
}

/** The dimension in words, e.g. `8 .. 1024 by 8, logarithmic`. */
export function describeDimension(dimension: Dimension): string {
  if (dimension.kind === 'choice') return dimension.values.map(String).join(', ');
  const { low, high, quantum, scale } = dimension;
  const steps = quantum === 0 ? '' : ` by ${String(quantum)}`;
  return `${String(low)} .. ${String(high)}${steps}${scale === 'log' ? ', logarithmic' : ''}`;
}

/** Ends of what is drawn before rounding. */
function support({ low, high, quantum, scale }: Range): readonly [number, number] {
  return scale === 'linear' ? [low, high + quantum] : [low - Math.min(quantum, low / 2), high];
}

/** `count` times the quantum, without the error of its last binary digit. */
function multiple(count: number, quantum: number): number {
  return Number((count * quantum).toPrecision(12));
}

function isMultiple(value: number, quantum: number): boolean {
  return Math.abs(value / quantum - Math.round(value / quantum)) < 1e-6;
}

function badDimension(operation: string, expected: string, received: string): NetwrightError {
  return new NetwrightError({ code: 'search.dimension', operation, expected, received });
}
