import { isNetwrightError } from '@netwright/ir';
import { expect } from 'vitest';

/** Expects a NetwrightError with the code, whose message names the place. */
export async function expectError(attempt: Promise<unknown>, code: string, place: string): Promise<void> {
  const outcome: unknown = await attempt.then(
    () => 'no error',
    (error: unknown) => error,
  );
  if (!isNetwrightError(outcome))
    throw new Error(`expected an error with code ${code}, got: ${String(outcome)}`, { cause: outcome });
  expect(outcome.code).toBe(code);
  expect(outcome.message).toContain(place);
}
