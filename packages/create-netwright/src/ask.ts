// Questions at a terminal, for what the command line left open.

import { isCancel, select, text } from '@clack/prompts';
import { isNetwrightError } from '@netwright/ir';
import type { Arguments } from './arguments.ts';
import { KIND_NAMES, KINDS, type Kind } from './kinds.ts';
import { checkName } from './names.ts';
import { codeOf, readTemplate } from './templates.ts';

/** The arguments with a kind and a name; undefined when the user gave up. */
export async function ask(given: Arguments): Promise<Arguments | undefined> {
  const options = KIND_NAMES.map((value) => ({ value, label: value, hint: KINDS[value].summary }));
  const kind = given.kind ?? (await select<Kind>({ message: 'What shall it be?', options }));
  if (isCancel(kind)) return undefined;
  const template = codeOf(readTemplate(kind));
  const validate = (name = ''): string | undefined => problemOf(() => checkName(name, { what: kind, template }));
  const name = given.name ?? (await text({ message: 'Its name?', placeholder: 'lion', validate }));
  if (isCancel(name)) return undefined;
  return { ...given, kind, name };
}

function problemOf(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (isNetwrightError(error)) return error.reasons.join('; ');
    throw error;
  }
}
