// Shell commands, options and paths that documents name.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createSession, run } from '@netwright/cli';
import { HELP as CREATE_HELP } from 'create-netwright';
import { describe, expect, it } from 'vitest';
import { blocksOf, documents, read, root } from './documents.ts';

async function helpOf(...command: readonly string[]): Promise<string> {
  const lines: string[] = [];
  const output = {
    line: (text: string) => void lines.push(text),
    error: (text: string) => void lines.push(text),
    interactive: false,
    columns: 400,
  };
  await run([...command, '--help'], createSession(output, root));
  return lines.join('\n');
}

const optionsOf = (help: string): readonly string[] =>
  [...help.matchAll(/^ {2}(?:-\w, )?(--[a-z][\w-]*)/gm)].map(([, option]) => option);

/** Commands below one, as `netwright space sample`, by their names behind `netwright`. */
async function commandsBelow(parent: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const [, listed = ''] = (await helpOf(...parent)).split(/^Commands:$/m);
  for (const [, name] of listed.matchAll(/^ {2}([a-z][\w-]*)(?=[ |])/gm)) {
    if (name === 'help') continue;
    const path = [...parent, name];
    const below = await commandsBelow(path);
    if (below.size === 0) found.set(path.join(' '), await helpOf(...path));
    for (const [command, text] of below) found.set(command, text);
  }
  return found;
}

const help = await commandsBelow([]);
const commands = [...help.keys()];

interface Line {
  readonly path: string;
  readonly text: string;
}

const lines: readonly Line[] = blocksOf('sh').flatMap(({ path, code }) =>
  code
    .replaceAll('\\\n', ' ')
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '')
    .map((text) => ({ path, text })),
);

const manifest = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };
const packages = readdirSync(join(root, 'packages')).map(
  (name) => (JSON.parse(read(`packages/${name}/package.json`)) as { readonly name: string }).name,
);

/** What is wrong with a command line. */
function problemsOf(text: string): readonly string[] {
  const words = text.split(/\s+/);
  const given = words.filter((word) => word.startsWith('--') && word !== '--').map((word) => word.split('=')[0]);
  if (/^(npx )?netwright /.test(text)) {
    const [first, second] = words.slice(words.indexOf('netwright') + 1);
    const command = help.has(`${first} ${second}`) ? `${first} ${second}` : first;
    const known = help.get(command);
    if (known === undefined) return [`there is no command ${command}`];
    return given
      .filter((option) => !optionsOf(known).includes(option))
      .map((option) => `${command} has no option ${option}`);
  }
  if (/^npm (start|test)\b/.test(text)) return words[1] in manifest.scripts ? [] : [`there is no script ${words[1]}`];
  if (/^npm create netwright/.test(text)) {
    return given
      .filter((option) => !CREATE_HELP.includes(option))
      .map((option) => `create-netwright has no option ${option}`);
  }
  if (/^(npm|pnpm) run/.test(text)) return words[2] in manifest.scripts ? [] : [`there is no script ${words[2]}`];
  if (/^npm (install|i)\b/.test(text)) {
    return words
      .filter((word) => word.startsWith('@netwright/') && !packages.includes(word))
      .map((name) => `there is no package ${name}`);
  }
  return [];
}

describe('commands', () => {
  it('are there', () => {
    expect(commands).toEqual(expect.arrayContaining(['train', 'predict', 'summary', 'list']));
    expect(lines.length).toBeGreaterThan(50);
  });

  it.each(lines.map(({ path, text }) => [path, text]))('%s: %s', (_, text) => {
    expect(problemsOf(text)).toEqual([]);
  });
});

it('docs/command-line.md lists every option of every command, once (vitest --update writes it)', async () => {
  const path = 'docs/command-line.md';
  const tables = commands.map((command) => {
    const text = help.get(command) ?? '';
    const rows = [...text.matchAll(/^ {2}((?:-\w, )?--[a-z].*?) {2,}(\S.*)$/gm)]
      .filter(([, option]) => !/--(help|config)\b/.test(option))
      .map(
        ([, option, meaning]) =>
          `| \`${option.replaceAll('|', '\\|')}\` | ${meaning.replaceAll('|', '\\|').replaceAll('*', '\\*')} |`,
      );
    return `### ${command}\n\n${rows.length === 0 ? 'None of its own.' : ['| option | meaning |', '| --- | --- |', ...rows].join('\n')}\n`;
  });
  const marker = '<!-- options: written by the tests of tools/docs -->';
  const [before, after] = read(path).split(marker);
  expect(after).toBeDefined();
  const { format } = await import('prettier');
  const expected = await format(`${before}${marker}\n\n${tables.join('\n')}`, {
    parser: 'markdown',
    printWidth: 120,
    singleQuote: true,
  });
  await expect(expected).toMatchFileSnapshot(fileURLToPath(new URL(`../../../${path}`, import.meta.url)));
});

describe('paths', () => {
  const named = documents.flatMap((document) => {
    const text = read(document);
    const quoted = [...text.matchAll(/`((?:packages|tools|docs|examples|\.changeset|\.github)\/[\w./-]*)`/g)].map(
      ([, path]) => path,
    );
    const linked = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, path]) =>
      join(document, '..', path),
    );
    return [...quoted, ...linked]
      .filter((path) => !/[A-Z]{3,}(?!EADME|\.md)|-$/.test(path.replace('README', '')))
      .map((path) => [document, path] as const);
  });

  it('are named', () => {
    expect(named.length).toBeGreaterThan(60);
  });

  it.each(named)('%s: %s exists', (_, path) => {
    expect(existsSync(join(root, path))).toBe(true);
  });
});
