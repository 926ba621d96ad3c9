// One name for what several names stood for.

/** The parts of dotted names on which all agree, from both ends: `branches.0.conv1` and `branches.1.conv1` give `branches.conv1`. */
export function joinNames(names: readonly string[]): string {
  const [first = [], ...others] = names.map((name) => (name === '' ? [] : name.split('.')));
  const shortest = Math.min(first.length, ...others.map(({ length }) => length));
  const agree = (at: number): boolean => others.every((parts) => parts.at(at) === first.at(at));
  let front = 0;
  while (front < shortest && agree(front)) front++;
  let back = 0;
  while (back < shortest - front && agree(-1 - back)) back++;
  return [...first.slice(0, front), ...first.slice(first.length - back)].join('.');
}
