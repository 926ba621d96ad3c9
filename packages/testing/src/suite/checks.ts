// What the tests of the kits assert. A failure says what was looked at; the suite adds the case and how to run it alone.

import { isNetwrightError, NetwrightError } from '@netwright/ir';
import { dataText, firstDifference } from './data-text.ts';

/** Throws `testing.equal` unless the data is the same, numbers bit for bit. */
export function checkEqual(what: string, received: unknown, expected: unknown): void {
  const difference = firstDifference(expected, received);
  if (difference === undefined) return;
  throw new NetwrightError({
    code: 'testing.equal',
    operation: `${what}${difference.path === '' ? '' : `, at ${difference.path.replace(/^\./, '')}`}`,
    expected: difference.expected,
    received: difference.received,
  });
}

/** Throws `testing.check` unless the condition holds. */
export function check(what: string, holds: boolean, expected: string, received: unknown): void {
  if (holds) return;
  throw new NetwrightError({
    code: 'testing.check',
    operation: what,
    expected,
    received: typeof received === 'string' ? received : dataText(received),
  });
}

/** Throws `testing.bound` unless `|received - expected| <= tolerance`. */
export function checkClose(what: string, received: number, expected: number, tolerance: number): void {
  const distance = Math.abs(received - expected);
  if (distance <= tolerance) return;
  throw new NetwrightError({
    code: 'testing.bound',
    operation: what,
    expected: `${dataText(expected)} within ${tolerance}`,
    received: dataText(received),
    reasons: [`the difference is ${distance}`],
  });
}

/** Throws `testing.error` unless `attempt` ends in a NetwrightError with the code, whose message has every one of `mentions`. */
export async function checkError(
  what: string,
  attempt: () => unknown,
  code: string,
  mentions: readonly string[],
): Promise<void> {
  const outcome = await outcomeOf(attempt);
  const missing = isNetwrightError(outcome, code) ? mentions.filter((text) => !outcome.message.includes(text)) : [];
  if (isNetwrightError(outcome, code) && missing.length === 0) return;
  throw new NetwrightError({
    code: 'testing.error',
    operation: what,
    expected: `an error with code ${code}${mentions.length === 0 ? '' : ` that mentions ${mentions.join(', ')}`}`,
    received: outcome instanceof Error ? String(outcome) : outcome === undefined ? 'no error' : dataText(outcome),
    ...(missing.length === 0 ? {} : { reasons: [`it does not mention ${missing.join(', ')}`] }),
    cause: outcome,
  });
}

/** What it throws or rejects with, or undefined. */
export async function outcomeOf(attempt: () => unknown): Promise<unknown> {
  try {
    await attempt();
    return undefined;
  } catch (error) {
    return error;
  }
}
