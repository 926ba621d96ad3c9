// What the generators ask of the repository that they write into.

import type { Tree } from '@nx/devkit';
import { NetwrightError } from '@netwright/ir';

/** Where the tests of what is published list the exports of each package. */
export const EXPORTED_NAMES = 'tools/publishing/test/exported-names';

/** A file that must be there. */
export function readFile(tree: Tree, path: string): string {
  const text = tree.read(path, 'utf8');
  if (text !== null) return text;
  throw new NetwrightError({
    code: 'generate.file',
    operation: 'generate',
    scope: path,
    expected: 'a file of the repository',
    received: 'none',
    hint: 'run this in a whole checkout',
  });
}

/**
 * The text with `line` behind the line `anchor`.
 *
 * @throws NetwrightError `generate.anchor` when that line is not there exactly once.
 */
export function insertAfter(tree: Tree, path: string, anchor: string, line: string): void {
  const lines = readFile(tree, path).split('\n');
  const places = [...lines.keys()].filter((at) => lines[at] === anchor);
  if (places.length !== 1) {
    throw new NetwrightError({
      code: 'generate.anchor',
      operation: 'generate',
      scope: path,
      expected: `one line "${anchor.trim()}" to go on from`,
      received: String(places.length),
    });
  }
  lines.splice(places[0] + 1, 0, line);
  tree.write(path, lines.join('\n'));
}

/**
 * The text with `from`, which is there once, replaced.
 *
 * @throws NetwrightError `generate.anchor` when it is not there exactly once.
 */
export function replaceOnce(tree: Tree, path: string, from: string, to: string): void {
  const parts = readFile(tree, path).split(from);
  if (parts.length !== 2) {
    throw new NetwrightError({
      code: 'generate.anchor',
      operation: 'generate',
      scope: path,
      expected: `"${from}" once, to go on from`,
      received: String(parts.length - 1),
    });
  }
  tree.write(path, parts.join(to));
}

/** Adds an export to the list of a package's main entry, which is in alphabetical order. */
export function addExportedName(tree: Tree, base: string, name: string): void {
  const path = `${EXPORTED_NAMES}/${base}.txt`;
  const lines = readFile(tree, path).split('\n');
  const line = `  ${name}`;
  const place = lines.findIndex((one, at) => at > 0 && (!one.startsWith(' ') || one > line));
  tree.write(path, [...lines.slice(0, place), line, ...lines.slice(place)].join('\n'));
}

/** What has the name of a package's folder already, if anything has. */
export function takenFolder(tree: Tree, folder: string): string | undefined {
  return tree.exists(`${folder}/package.json`) ? folder : undefined;
}

/** Whether the language exports something of that name. */
export function takenInLanguage(tree: Tree, name: string): string | undefined {
  const path = 'packages/ir/src/index.ts';
  return new RegExp(`(?<=[{ ,])${name}(?=[ ,}\n])`, 'm').test(readFile(tree, path)) ? path : undefined;
}

/** A changeset for packages that change; `minor` as everything before 1.0. */
export function writeChangeset(tree: Tree, name: string, packages: readonly string[], text: string): void {
  const front = packages.map((one) => `'${one}': minor`).join('\n');
  tree.write(`.changeset/${name}.md`, `---\n${front}\n---\n\n${text}\n`);
}
