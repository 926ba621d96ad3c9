// What every command starts from: plugins, an output, and where it runs.

import { isNetwrightError } from '@netwright/ir';
import { loadConfig } from './config.ts';
import { BUILT_IN, mergePlugins, type Plugins } from './plugins.ts';

/** Where a command writes. Tests pass their own. */
export interface Output {
  /** One line on standard output. */
  line(text: string): void;
  /** One line on standard error. */
  error(text: string): void;
  /** Whether a person is watching: progress bars are drawn only then. */
  readonly interactive: boolean;
  readonly columns: number;
}

/** Plugins, output and working directory of one command. */
export interface Session {
  readonly output: Output;
  readonly directory: string;
  plugins(config?: string): Promise<Plugins>;
}

/** A session with the built-in plugins and those of the configuration file: `config`, or the one in `directory` if there is one. */
export function createSession(output: Output, directory: string): Session {
  return {
    output,
    directory,
    plugins: async (config) => mergePlugins(BUILT_IN, (await loadConfig(directory, config)).plugins ?? {}),
  };
}

/** The process's own streams. */
export function processOutput(): Output {
  return {
    line: (text) => process.stdout.write(`${text}\n`),
    error: (text) => process.stderr.write(`${text}\n`),
    interactive: process.stdout.isTTY && process.env.CI === undefined,
    columns: process.stdout.columns ?? 100,
  };
}

/** Exit codes: 1 for bad input or a failed run, 2 for a wrong command line, 130 when interrupted. */
export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** Prints an error as a user should see it, and gives the exit code. */
export function reportError(output: Output, error: unknown): number {
  if (isNetwrightError(error)) {
    output.error(`netwright: ${error.message}`);
    return error.code === 'cli.name' || error.code === 'cli.spec' ? EXIT.usage : EXIT.failed;
  }
  output.error(`netwright: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return EXIT.failed;
}
