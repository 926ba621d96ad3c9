// Comparison of what was computed with what was recorded.

import type { TypedArray } from '@netwright/compiler';

type Numbers = TypedArray | readonly number[];

/** A sentence with the worst error when an element is farther than `tolerance` from the reference (or not a number), else undefined. */
export function compare(name: string, received: Numbers, reference: Numbers, tolerance: number): string | undefined {
  if (received.length !== reference.length)
    return `${name}: ${String(received.length)} elements, expected ${String(reference.length)}`;
  let worst = 0;
  let at = 0;
  let beyond = 0;
  for (let i = 0; i < reference.length; i++) {
    const error =
      Object.is(received[i], reference[i]) || received[i] === reference[i] ? 0 : Math.abs(received[i] - reference[i]);
    if (!(error <= tolerance)) beyond++;
    if (!(error <= worst)) {
      worst = error;
      at = i;
    }
  }
  if (beyond === 0) return undefined;
  return `${name}: worst error ${worst.toExponential(2)} against tolerance ${tolerance.toExponential(2)} at element ${String(at)} (received ${String(received[at])}, expected ${String(reference[at])}; ${String(beyond)} of ${String(reference.length)} beyond it)`;
}

/** The sentences that are there. */
export function found(...problems: readonly (string | undefined)[]): readonly string[] {
  return problems.filter((problem) => problem !== undefined);
}
