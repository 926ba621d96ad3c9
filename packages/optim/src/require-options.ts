// Checks of values that optimizers and schedules share.

import { NetwrightError } from '@netwright/ir';

/** A closed range, a half-open one, or the values that an option may have. */
export type Allowed =
  | readonly [low: number, high: number]
  | { readonly from: number; readonly below: number }
  | { readonly above: number }
  | { readonly oneOf: readonly string[] };

/**
 * Throws `<name>.options` unless every listed option is among the values allowed for it.
 *
 * @param reasons - further things found wrong.
 */
export function requireOptions(
  name: string,
  options: object,
  allowed: Readonly<Record<string, Allowed>>,
  reasons: readonly string[] = [],
): void {
  const outside = Object.entries(allowed).flatMap(([key, values]) => {
    const value: unknown = Reflect.get(options, key);
    return isAmong(value, values) ? [] : [`${key} must be ${describe(values)}, not ${String(value)}`];
  });
  const all = [...outside, ...reasons];
  if (all.length === 0) return;
  throw new NetwrightError({
    code: `${name}.options`,
    operation: name,
    expected: 'options in range',
    received: JSON.stringify(options),
    reasons: all,
  });
}

function isAmong(value: unknown, allowed: Allowed): boolean {
  if ('oneOf' in allowed) return allowed.oneOf.some((choice) => choice === value);
  if (typeof value !== 'number') return false;
  if ('above' in allowed) return value > allowed.above;
  if ('from' in allowed) return value >= allowed.from && value < allowed.below;
  return value >= allowed[0] && value <= allowed[1];
}

function describe(allowed: Allowed): string {
  if ('oneOf' in allowed) return `one of ${allowed.oneOf.join(', ')}`;
  if ('above' in allowed) return `above ${String(allowed.above)}`;
  if ('from' in allowed) return `in [${String(allowed.from)}, ${String(allowed.below)})`;
  const [low, high] = allowed;
  return high === Infinity ? `at least ${String(low)}` : `in [${String(low)}, ${String(high)}]`;
}
