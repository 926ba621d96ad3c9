import { isNetwrightError } from '@netwright/ir';

/** The message of the NetwrightError that `run` throws or rejects with. */
export async function messageOf(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    if (isNetwrightError(error)) return error.message;
    throw error;
  }
  return 'nothing was thrown';
}
