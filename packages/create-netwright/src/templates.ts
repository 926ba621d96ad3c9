// The templates: working packages under the name `template-name`, in every spelling.

import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { camelCase, pascalCase, snakeCase } from './names.ts';

/** Contents by path, with `/` between folders. */
export type Files = ReadonlyMap<string, string>;

const NAME = 'template-name';
const folder = fileURLToPath(new URL('../templates/', import.meta.url));

/** The files of one template as they are. */
export function readTemplate(name: string, from: string = folder): Files {
  const root = join(from, name);
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  return new Map(
    paths.map((path) => [path.split(sep).join('/'), readFileSync(join(root, path), 'utf8')] as const).sort(byPath),
  );
}

/** The code among the files, without prose. */
export function codeOf(files: Files): readonly string[] {
  return [...files].filter(([path]) => path.endsWith('.ts')).map(([, text]) => text);
}

/** A template under another name; `packageName` replaces the one that its README and imports have. */
export function renameTemplate(files: Files, name: string, packageName: string): Files {
  const spellings: readonly (readonly [RegExp, string])[] = [
    [new RegExp(`@netwright/[a-z]+-${NAME}`, 'g'), packageName],
    [new RegExp(NAME, 'g'), name],
    [new RegExp(camelCase(NAME), 'g'), camelCase(name)],
    [new RegExp(pascalCase(NAME), 'g'), pascalCase(name)],
    [new RegExp(snakeCase(NAME), 'g'), snakeCase(name)],
  ];
  const rename = (text: string): string =>
    spellings.reduce((current, [pattern, to]) => current.replace(pattern, () => to), text);
  return new Map([...files].map(([path, text]) => [rename(path), rename(text)] as const));
}

function byPath([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : 1;
}
