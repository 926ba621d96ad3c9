// `netwright.config.ts`: plugins from outside, by name.

import { stat } from 'node:fs/promises';
import path from 'node:path';
import { NetwrightError } from '@netwright/ir';
import { createJiti } from 'jiti';
import { closest } from './closest.ts';
import { BUILT_IN, type Plugins } from './plugins.ts';

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
  let module: unknown;
  try {
    module = await createJiti(import.meta.url).import(found);
  } catch (cause) {
    throw configError(found, cause instanceof Error ? cause.message : String(cause), cause);
  }
  const config: unknown =
    typeof module === 'object' && module !== null && 'default' in module ? module.default : undefined;
  if (typeof config !== 'object' || config === null)
    throw configError(found, config === undefined ? 'no default export' : `a default export of type ${typeof config}`);
  requireKnown(found, 'the default export', config, ['plugins']);
  const { plugins = {} } = config as { readonly plugins?: unknown };
  if (typeof plugins !== 'object' || plugins === null) throw configError(found, `plugins of type ${typeof plugins}`);
  requireKnown(found, 'plugins', plugins, Object.keys(BUILT_IN));
  for (const [kind, entries] of Object.entries(plugins)) {
    const fits = kind === 'architectures' ? Array.isArray(entries) : typeof entries === 'object' && entries !== null;
    if (!fits)
      throw configError(
        found,
        `plugins.${kind} that is not ${kind === 'architectures' ? 'an array' : 'an object of factories by name'}`,
      );
  }
  return config;
}

function requireKnown(file: string, where: string, value: object, known: readonly string[]): void {
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const nearest = closest(unknown, known);
  throw configError(file, `${where} with ${unknown}${nearest === undefined ? '' : ` (did you mean ${nearest}?)`}`);
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
