// `netwright.config.ts`: plugins from outside, by name.

import { stat } from 'node:fs/promises';
import path from 'node:path';
import { NetwrightError } from '@netwright/ir';
import { createJiti } from 'jiti';
import type { Plugins } from './plugins.ts';

/** What a configuration file exports as default. */
export interface Config {
  readonly plugins?: Partial<Plugins>;
}

/** Types a configuration: `export default defineConfig({ plugins: { optimizers: { lion } } })`. */
export function defineConfig(config: Config): Config {
  return config;
}

const NAMES = ['netwright.config.ts', 'netwright.config.mts', 'netwright.config.js', 'netwright.config.mjs'];

/**
 * Loads the configuration file `file`, or the one in `directory` if there is one.
 *
 * @throws NetwrightError `cli.config` when it cannot be loaded or exports no configuration.
 */
export async function loadConfig(directory: string, file?: string): Promise<Config> {
  const found = file === undefined ? await findConfig(directory) : path.resolve(directory, file);
  if (found === undefined) return {};
  let config: unknown;
  try {
    config = await createJiti(import.meta.url).import(found, { default: true });
  } catch (cause) {
    throw configError(found, cause instanceof Error ? cause.message : String(cause), cause);
  }
  if (typeof config !== 'object' || config === null)
    throw configError(found, `a default export of type ${typeof config}`);
  return config;
}

async function findConfig(directory: string): Promise<string | undefined> {
  for (const name of NAMES) {
    const file = path.join(directory, name);
    try {
      if ((await stat(file)).isFile()) return file;
    } catch {
      continue;
    }
  }
  return undefined;
}

function configError(file: string, received: string, cause?: unknown): NetwrightError {
  return new NetwrightError({
    code: 'cli.config',
    operation: 'loadConfig',
    scope: file,
    expected: 'a module with a default export from defineConfig({ plugins })',
    received,
    ...(cause === undefined ? {} : { cause }),
  });
}
