// Range checks that optimizers share.

import { NetwrightError } from '@netwright/ir';

/**
 * Throws `<name>.options` unless every numeric option lies in its closed range.
 *
 * @param reasons - further things found wrong.
 */
export function requireOptions(
  name: string,
  options: object,
  ranges: Readonly<Record<string, readonly [number, number]>>,
  reasons: readonly string[] = [],
): void {
  const outside = Object.entries(ranges).flatMap(([key, [low, high]]) => {
    const value: unknown = Reflect.get(options, key);
    return typeof value === 'number' && value >= low && value <= high
      ? []
      : [
          `${key} must be ${high === Infinity ? `at least ${String(low)}` : `in [${String(low)}, ${String(high)}]`}, not ${String(value)}`,
        ];
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
