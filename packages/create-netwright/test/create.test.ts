// What the program writes and says; that what it writes works is tested on tarballs, in tools/generators.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  create,
  HELP,
  KIND_NAMES,
  KINDS,
  OUTSIDE_VERSIONS,
  readTemplate,
  standalonePackage,
  type Kind,
  type Surroundings,
} from '../src/index.ts';

const root = mkdtempSync(join(tmpdir(), 'create-netwright-'));
afterAll(() => {
  rmSync(root, { recursive: true });
});
let runs = 0;

async function run(args: string, more: Partial<Surroundings> = {}) {
  const directory = join(root, String(runs++));
  mkdirSync(directory, { recursive: true });
  const lines: string[] = [];
  const line = (text: string): void => void lines.push(text);
  const surroundings = { directory, line, ask: undefined, packageManager: 'npm', ...more };
  const code = await create(args.split(' ').filter(Boolean), surroundings);
  return { code, directory, output: lines.join('\n') };
}

const messageOf = async (args: string, more?: Partial<Surroundings>): Promise<string> =>
  run(args, more).then(
    () => 'no error',
    (error: unknown) => (error as Error).message,
  );

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

describe.each(KIND_NAMES)('%s', (kind: Kind) => {
  const files = standalonePackage({ kind, name: 'shake-shake', packageName: '@me/shaken' });
  const manifest = JSON.parse(files.get('package.json') ?? '') as Manifest;

  it('has no trace of the template’s name or of the repository', () => {
    for (const [path, text] of files) {
      expect(`${path} ${text}`).not.toMatch(/template-?_?name|workspace:|catalog:|\.\.\/\.\.\/(?!\.)/i);
    }
  });

  it('depends on exactly what its source and its tests import', () => {
    const importsOf = (folder: string): readonly string[] => {
      const texts = [...files].filter(([path]) => path.startsWith(folder)).map(([, text]) => text);
      const names = texts.flatMap((text) =>
        [...text.matchAll(/from '((?:@[\w-]+\/)?[\w-]+)[^']*'/g)].map(([, name]) => name),
      );
      return [...new Set(names.filter((name) => !name.startsWith('.') && name !== 'node'))].sort();
    };
    const inSource = importsOf('src/');
    const given = kind === 'application' ? manifest.dependencies : manifest.peerDependencies;
    expect(Object.keys(given ?? {}).sort()).toEqual(inSource);
    const inTests = importsOf('test/').filter((name) => kind !== 'application' || !inSource.includes(name));
    const dev = [...(kind === 'application' ? [] : inSource), ...inTests, '@types/node', 'typescript', 'vitest'];
    expect(Object.keys(manifest.devDependencies ?? {}).sort()).toEqual([...new Set(dev)].sort());
  });

  it('is written by a complete command line', async () => {
    const { code, directory, output } = await run(`${kind} shake-shake --no-install --directory here`);
    expect(code).toBe(0);
    const written = readdirSync(join(directory, 'here'), { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    expect(written).toHaveLength(files.size);
    for (const path of files.keys()) expect(output).toContain(join('here', path));
    expect(output).toContain(`Now:\n  cd here\n  npm install\n  npm test`);
    expect(KINDS[kind].summary).not.toBe('');
    expect(HELP).toContain(KINDS[kind].summary);
  });
});

it('lists and writes nothing with --dry-run', async () => {
  const { directory, output } = await run('optimizer lion --dry-run');
  expect(output.split('\n')).toContain(join('netwright-optim-lion', 'src', 'lion.ts'));
  expect(readdirSync(directory)).toEqual([]);
});

it('prints its help', async () => {
  expect((await run('--help')).output).toBe(HELP);
});

it('names package and folder as asked', async () => {
  const { directory } = await run('function swish --package @me/swish --no-install');
  const manifest = JSON.parse(readFileSync(join(directory, 'swish/package.json'), 'utf8')) as Manifest;
  expect(manifest.name).toBe('@me/swish');
  expect(readFileSync(join(directory, 'swish/README.md'), 'utf8')).toContain("from '@me/swish'");
});

it('asks for what is missing, and makes nothing when the answer is no', async () => {
  const asked = await run('optimizer', { ask: async (given) => ({ ...given, name: 'lion', install: false }) });
  expect(existsSync(join(asked.directory, 'netwright-optim-lion/src/lion.ts'))).toBe(true);
  const refused = await run('', { ask: async () => undefined });
  expect([refused.code, refused.output, readdirSync(refused.directory)]).toEqual([1, 'nothing was made', []]);
});

describe('messages', () => {
  const name = 'expected a free name such as lion or shake-shake';
  it.each([
    [
      '',
      'create: expected KIND NAME and options, received nothing; KIND is missing; NAME is missing. Hint: --help lists kinds and options [create.arguments]',
    ],
    [
      'optimizer',
      'create: expected KIND NAME and options, received optimizer; NAME is missing. Hint: --help lists kinds and options [create.arguments]',
    ],
    [
      'optimiser lion tamer',
      'create: expected KIND NAME and options, received optimiser lion tamer; optimiser is not one of optimizer, architecture, backend, function, data, application; tamer is too much. Hint: --help lists kinds and options [create.arguments]',
    ],
    [
      'data x --colour',
      "create: expected KIND NAME and options, received data x --colour; Unknown option '--colour'. Hint: --help lists kinds and options [create.arguments]",
    ],
    [
      'optimizer Lion',
      `create (optimizer): ${name}, received Lion; it is not kebab-case (small letters and digits, with single hyphens between). [create.name]`,
    ],
    ['function class', `create (function): ${name}, received class; class is a word of JavaScript. [create.name]`],
    [
      'function sigmoid',
      `create (function): ${name}, received sigmoid; the code of the template uses sigmoid for something else. [create.name]`,
    ],
    [
      'data x --package Big',
      'create: expected a name that npm allows, such as netwright-optim-lion or @me/optim-lion, received Big. [create.package]',
    ],
  ])('%s', async (args, message) => {
    expect(await messageOf(args)).toBe(message);
  });

  it('a directory that is not empty', async () => {
    const directory = join(root, 'full');
    mkdirSync(join(directory, 'x'), { recursive: true });
    for (const file of ['a', 'b', 'c', 'd']) writeFileSync(join(directory, 'x', file), '');
    expect(await messageOf('data dots --directory x', { directory })).toBe(
      `create (${join(directory, 'x')}): expected a directory that is empty or not there, received one with a, b, c and 1 more. Hint: choose another with --directory [create.directory]`,
    );
  });

  it('an install that fails', async () => {
    expect(await messageOf('data dots', { packageManager: 'no-such-program' })).toMatch(
      /expected no-such-program install to succeed, received .*Hint: the files are written; install again there \[create.install\]$/,
    );
  });
});

it('asks for the versions that the repository uses', () => {
  const { catalog } = parse(readFileSync(new URL('../../../pnpm-workspace.yaml', import.meta.url), 'utf8')) as {
    readonly catalog: Readonly<Record<string, string>>;
  };
  expect(OUTSIDE_VERSIONS).toEqual(
    Object.fromEntries(Object.keys(OUTSIDE_VERSIONS).map((one) => [one, `^${catalog[one]}`])),
  );
});

it('documents every option of its help, and no other', () => {
  const options = (text: string): readonly string[] => [...new Set(text.match(/--[a-z][a-z-]*/g))].sort();
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(options(readme.slice(readme.indexOf('| option')))).toEqual(options(HELP));
});

it('has templates of whole packages', () => {
  for (const kind of KIND_NAMES) {
    const paths = [...readTemplate(kind).keys()];
    expect(paths).toContain('README.md');
    expect(paths.some((path) => path.startsWith('src/'))).toBe(true);
    expect(paths.some((path) => path.startsWith('test/'))).toBe(true);
  }
});
