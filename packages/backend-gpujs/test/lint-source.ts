// What generated functions must not contain: forms that some target of gpu.js refuses, or computes wrongly without saying so.

const FORBIDDEN: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['a loop without constant bounds', /\bwhile\b|\bdo\b|\bcontinue\b|\bbreak\b/],
  ['a loop of another form', /for \((?!let (\w+) = 0; \1 < \d+; \1\+\+\) \{)/],
  ['a power operator', /\*\*/],
  ['an arrow function', /=>/],
  ['a number that targets do not have', /\b(Infinity|NaN|isNaN|isFinite)\b|Number\./],
  ['a function that is not the same everywhere', /Math\.(tanh|cbrt|hypot|sign|round|trunc|random)\b/],
  ['optional or nullish operators', /\?\.|\?\?/],
  ['a conditional expression', / \? /],
  ['an exponent', /\de\+?\d/],
  ['a reserved name', /\$|__/],
  ['an array literal', /= \[/],
];

const MOST_ARRAYS = 7;
const LONGEST_LINE = 400;
const MOST_STEPS = 16_384;

/** Everything that is wrong with a generated function. */
export function lintSource(source: string): readonly string[] {
  const found = FORBIDDEN.flatMap(([what, pattern]) => (pattern.test(source) ? [what] : []));
  if (!/^function \([\w, ]*\) \{\n/.test(source)) found.push('something else than a function without a name');
  const names = [...source.matchAll(/\b(?:let|const) (\w+) =/g)].map(([, name]) => name);
  if (new Set(names).size < names.length) found.push('a name that is declared twice');
  if (names.some((name) => !/^[a-z][a-z0-9]*$/.test(name))) found.push('a name of another form');
  const header = source.slice(0, source.indexOf('\n'));
  const read = new Set([...source.matchAll(/\b(\w+)\[/g)].map(([, name]) => name));
  if (read.size > MOST_ARRAYS) found.push(`${String(read.size)} arrays`);
  for (const name of read) if (!header.includes(name)) found.push(`${name}, which is no argument, is read`);
  if (source.split('\n').some((line) => line.length > LONGEST_LINE)) found.push('a long statement');
  if (stepsOf(source) > MOST_STEPS) found.push(`${String(stepsOf(source))} steps`);
  if ([...source.matchAll(/\breturn\b/g)].length !== 1) found.push('another number of returns than one');
  return found;
}

/** Steps of all innermost loops together. */
function stepsOf(source: string): number {
  let total = 0;
  const open: { readonly steps: number; isOuter: boolean }[] = [];
  for (const line of source.split('\n').slice(1, -1)) {
    const bound = /for \(let \w+ = 0; \w+ < (\d+);/.exec(line);
    if (/^\s*\}/.test(line)) {
      const closed = open.pop();
      const isLoop = closed !== undefined && closed.steps > 0;
      if (isLoop && !closed.isOuter)
        total += open.reduce((product, { steps }) => product * Math.max(1, steps), closed.steps);
    }
    if (line.endsWith('{')) {
      if (bound !== null) for (const outer of open) outer.isOuter = true;
      open.push({ steps: bound === null ? 0 : Number(bound[1]), isOuter: false });
    }
  }
  return total;
}
