import { isNetwrightError } from '@netwright/ir';

/** The message of the NetwrightError that `run` throws or rejects with, with `directory` left out of paths. */
export async function messageOf(run: () => unknown, directory = ''): Promise<string> {
  try {
    await run();
  } catch (error) {
    if (isNetwrightError(error)) return directory === '' ? error.message : error.message.replaceAll(directory, 'DIR');
    throw error;
  }
  return 'nothing was thrown';
}
