// Names of what is made, and how they are spelled in code.

import { NetwrightError } from '@netwright/ir';

const KEBAB_CASE = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

const RESERVED = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for function if implements import in ' +
    'instanceof interface let new null package private protected public return static super switch this throw true try typeof undefined var void while with yield'
  ).split(' '),
);

/** What a name must not clash with. */
export interface NameCheck {
  /** What is made, for the message, e.g. `optimizer`. */
  readonly what: string;
  /** The template's text; a name that its code uses already would clash. */
  readonly template: readonly string[];
  /** Where the name is taken already, if it is. */
  readonly takenBy?: string;
}

/**
 * Refuses a name that cannot be one.
 *
 * @throws NetwrightError `create.name` with everything that is wrong with the name.
 */
export function checkName(name: string, { what, template, takenBy }: NameCheck): void {
  const reasons: string[] = [];
  if (!KEBAB_CASE.test(name))
    reasons.push('it is not kebab-case (small letters and digits, with single hyphens between)');
  else {
    const camel = camelCase(name);
    const identifier = new RegExp(`(?<![\\w$-])${camel}(?![\\w$-])`);
    if (RESERVED.has(camel)) reasons.push(`${camel} is a word of JavaScript`);
    else if (template.some((text) => identifier.test(withoutProse(text)))) {
      reasons.push(`the code of the template uses ${camel} for something else`);
    }
  }
  if (takenBy !== undefined) reasons.push(`it is taken by ${takenBy}`);
  if (reasons.length === 0) return;
  throw new NetwrightError({
    code: 'create.name',
    operation: 'create',
    scope: what,
    expected: 'a free name such as lion or shake-shake',
    received: name === '' ? 'none' : name,
    reasons,
  });
}

/** Comments and quoted text may have any word. */
function withoutProse(text: string): string {
  return text.replace(/\/\*[^]*?\*\/|(?<=^|\s)\/\/.*|'[^'\n]*'/g, ' ');
}

/** `shake-shake` as `shakeShake`. */
export function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** `shake-shake` as `ShakeShake`. */
export function pascalCase(name: string): string {
  const camel = camelCase(name);
  return camel.charAt(0).toUpperCase() + camel.slice(1);
}

/** `shake-shake` as `shake_shake`. */
export function snakeCase(name: string): string {
  return name.replaceAll('-', '_');
}
