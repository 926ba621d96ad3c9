// One trial in this process: whatever happens to it is its outcome.

import { isNetwrightError } from '@netwright/ir';
import type { JsonObject, Outcome, SweepDefinition, Trial } from '../sweep/definition.ts';
import { trialOf } from './trials.ts';
import type { Backend } from '@netwright/compiler';

/** Messages of engines that cannot allocate. */
const OUT_OF_MEMORY =
  /out of memory|could not allocate|allocation failed|invalid (typed )?array length|memory access limit/i;

/** Runs one trial. It never throws: an error of the sweep's function is an outcome with its code and message. */
export async function runTrial(
  sweep: SweepDefinition,
  { configuration, seed }: Trial,
  backend: Backend,
  signal: AbortSignal,
): Promise<Outcome> {
  try {
    const result = await sweep.run({ configuration, seed, backend, signal });
    trialOf(result, 0);
    return { kind: 'done', result: JSON.parse(JSON.stringify(result)) as JsonObject };
  } catch (error) {
    return failureOf(error);
  }
}

/** The outcome that an error stands for. */
export function failureOf(error: unknown): Outcome {
  const message = error instanceof Error ? error.message : String(error);
  if (isNetwrightError(error)) return { kind: 'failed', code: error.code, message };
  const code = error instanceof RangeError && OUT_OF_MEMORY.test(message) ? 'outOfMemory' : 'error';
  return { kind: 'failed', code, message };
}
