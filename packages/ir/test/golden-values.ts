// Reads values written by PyTorch and compares with them.

import { readFileSync } from 'node:fs';

/** A number, or one that JSON lacks. */
export type Encoded = number | { readonly number: string };

export function readGolden(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));
}

/** The gradient of the result that the scripts use. */
export function cotangent(count: number): number[] {
  return Array.from({ length: count }, (_, k) => (((k * 7) % 11) - 5) / 4);
}

/** Positions where `received` is not `expected` within `tolerance`, relative or absolute. */
export function mismatches(received: Float64Array, expected: readonly Encoded[], tolerance = 1e-11): string[] {
  const different = expected.flatMap((encoded, i) => {
    const value = typeof encoded === 'number' ? encoded : Number(encoded.number);
    const close =
      Object.is(received[i], value) ||
      received[i] === value ||
      Math.abs(received[i] - value) <= tolerance * Math.max(1, Math.abs(value));
    return close ? [] : [`[${String(i)}] ${String(received[i])} instead of ${String(value)}`];
  });
  return received.length === expected.length
    ? different
    : [`${String(received.length)} elements instead of ${String(expected.length)}`];
}
