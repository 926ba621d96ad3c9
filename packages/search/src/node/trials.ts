// Trials of a sweep: each known by its configuration, and seeded by it.

import { createHash } from 'node:crypto';
import { NetwrightError, type JsonValue } from '@netwright/ir';
import { streamOf } from '../random.ts';
import type { JsonObject, Trial } from '../sweep/definition.ts';

/**
 * Numbers the configurations and derives key and seed of each from its values; the order of its fields does not matter.
 *
 * @throws NetwrightError `sweep.configuration` for one that is not plain data or occurs twice.
 */
export function trialsOf(configurations: readonly JsonObject[]): readonly Trial[] {
  const seen = new Map<string, number>();
  return configurations.map((configuration, index) => {
    const trial = trialOf(configuration, index);
    const earlier = seen.get(trial.key);
    if (earlier !== undefined)
      throw badConfiguration(index, `the same as number ${String(earlier)}: ${canonicalText(configuration)}`);
    seen.set(trial.key, index);
    return trial;
  });
}

/**
 * The trial of a configuration; key and seed depend on the configuration alone, not on its place.
 *
 * @throws NetwrightError `sweep.configuration` where the configuration holds anything that JSON would change.
 */
export function trialOf(configuration: JsonObject, index: number): Trial {
  const stray = strayValue(configuration);
  if (stray !== undefined) throw badConfiguration(index, `${stray.place} is ${stray.value}`);
  const text = canonicalText(configuration);
  const key = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return { index, key, configuration, seed: streamOf(text) >>> 1 };
}

/** JSON with the fields of every object in order. */
export function canonicalText(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map((part: JsonValue) => canonicalText(part)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, part]) => `${JSON.stringify(name)}:${canonicalText(part)}`).join(',')}}`;
}

function strayValue(value: unknown, place = 'it'): { readonly place: string; readonly value: string } | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : { place, value: String(value) };
  if (typeof value !== 'object') return { place, value: `of type ${typeof value}` };
  const plain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
  if (!plain) return { place, value: 'an object of a class' };
  for (const [name, part] of Object.entries(value)) {
    const stray = strayValue(part, place === 'it' ? name : `${place}.${name}`);
    if (stray !== undefined) return stray;
  }
  return undefined;
}

function badConfiguration(index: number, received: string): NetwrightError {
  return new NetwrightError({
    code: 'sweep.configuration',
    operation: 'trials',
    scope: `number ${String(index)}`,
    expected: 'plain data with finite numbers, each configuration once',
    received,
    hint: 'repeat a configuration by adding a field such as `repeat: 2`',
  });
}
