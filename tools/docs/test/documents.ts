// The documents of the repository and what is in them.

import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../../', import.meta.url));

export interface Block {
  /** Of the document, relative to the repository. */
  readonly path: string;
  /** From 1, among the blocks of its language in the document. */
  readonly number: number;
  readonly code: string;
}

/** The README, docs/ and the README of every package and tool. */
export const documents: readonly string[] = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  ...['packages', 'tools'].flatMap((parent) =>
    readdirSync(join(root, parent))
      .map((name) => `${parent}/${name}/README.md`)
      .filter((path) => existsSync(join(root, path))),
  ),
].sort();

export function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** All code blocks of a language, in order. */
export function blocksOf(language: string): readonly Block[] {
  return documents.flatMap((path) =>
    [...read(path).matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'gm'))].map(([, code], at) => ({
      path,
      number: at + 1,
      code,
    })),
  );
}
