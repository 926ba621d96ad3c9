import { readFileSync } from 'node:fs';

/** What the oracle has recorded of other implementations: a file of `tools/oracle/data`. */
export function readRecorded<T>(file: string): T {
  return JSON.parse(readFileSync(new URL(`../oracle/data/${file}`, import.meta.url), 'utf8')) as T;
}
