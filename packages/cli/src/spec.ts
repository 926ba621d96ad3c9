// `NAME[:key=value,...]`, the notation by which the command line names plugins with options.

import { NetwrightError } from '@netwright/ir';

/** The value of one option: a number, `true` or `false`, text, or a list such as `30,60`. */
export type SpecValue = string | number | boolean | readonly number[];

/** A plugin by name, with the options that it is given. */
export interface Spec {
  readonly name: string;
  readonly options: Readonly<Record<string, SpecValue>>;
}

/**
 * Parses `cpu:target=wasm,threads=2`. Values that read as numbers, `true` or `false` are those; all others are text. Numbers after a number
 * belong to one list: `multiStep:milestones=30,60,gamma=0.1`.
 *
 * @throws NetwrightError `cli.spec` for a part without `=` or an empty name.
 */
export function parseSpec(text: string): Spec {
  const [name, ...rest] = text.split(':');
  const options: Record<string, SpecValue> = {};
  const bad: string[] = [];
  let list: string | undefined;
  for (const part of rest.join(':').split(',')) {
    if (/^[A-Za-z]\w*=/.test(part)) {
      const [key, value] = parseOption(part);
      options[key] = value;
      list = typeof value === 'number' ? key : undefined;
    } else if (list !== undefined && isNumber(part)) {
      options[list] = [options[list], Number(part)].flat() as number[];
    } else if (part !== '') bad.push(part);
  }
  if (name === '' || bad.length > 0) {
    throw new NetwrightError({
      code: 'cli.spec',
      operation: 'parse',
      expected: 'NAME or NAME:key=value,key=value',
      received: text,
      reasons: bad.map((part) => `"${part}" is not key=value`),
    });
  }
  return { name, options };
}

/** One `key=value`. */
export function parseOption(text: string): [string, string | number | boolean] {
  const at = text.indexOf('=');
  return [text.slice(0, at), parseValue(text.slice(at + 1))];
}

function parseValue(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return isNumber(text) ? Number(text) : text;
}

function isNumber(text: string): boolean {
  return text.trim() !== '' && !Number.isNaN(Number(text));
}
