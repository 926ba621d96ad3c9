// The backend that the command line asks for.

import { BUILT_IN, create, parseSpec } from '@netwright/cli';
import type { Backend } from '@netwright/compiler';

/** @param mode - short for the option `mode` of the spec, which it goes before. */
export function backendOf(given: string, mode?: string): Backend {
  const { name, options } = parseSpec(given);
  return create('backend', BUILT_IN.backends, { name, options: mode === undefined ? options : { ...options, mode } });
}
