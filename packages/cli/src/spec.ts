// `NAME[:key=value,...]`, the notation by which the command line names plugins with options.

import { NetwrightError } from '@netwright/ir';

export type SpecValue = string | number | boolean;

export interface Spec {
  readonly name: string;
  readonly options: Readonly<Record<string, SpecValue>>;
}

/**
 * Parses `cpu:target=wasm,threads=2`. Values that read as numbers, `true` or `false` are those; all others are text.
 *
 * @throws NetwrightError `cli.spec` for a part without `=` or an empty name.
 */
export function parseSpec(text: string): Spec {
  const [name, ...rest] = text.split(':');
  const parts = rest
    .join(':')
    .split(',')
    .filter((part) => part !== '');
  const bad = parts.filter((part) => !/^[A-Za-z]\w*=/.test(part));
  if (name === '' || bad.length > 0) {
    throw new NetwrightError({
      code: 'cli.spec',
      operation: 'parse',
      expected: 'NAME or NAME:key=value,key=value',
      received: text,
      reasons: bad.map((part) => `"${part}" is not key=value`),
    });
  }
  return { name, options: Object.fromEntries(parts.map(parseOption)) };
}

/** One `key=value`. */
export function parseOption(text: string): [string, SpecValue] {
  const at = text.indexOf('=');
  return [text.slice(0, at), parseValue(text.slice(at + 1))];
}

function parseValue(text: string): SpecValue {
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  return text.trim() === '' || Number.isNaN(number) ? text : number;
}
