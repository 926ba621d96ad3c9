// What the generators write; that it builds, lints and passes is the long test's.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@netwright/publishing';
import { FsTree } from 'nx/src/generators/tree.js';
import { describe, expect, it } from 'vitest';
import { parseCommand } from '../src/command.ts';
import { insertAfter, readFile, replaceOnce } from '../src/repository.ts';
import * as generators from '../src/index.ts';

async function generate(kind: keyof typeof generators, name: string) {
  const tree = new FsTree(root, false);
  await generators[kind](tree, { name });
  return new Map(tree.listChanges().map(({ path, content }) => [path, content?.toString('utf8') ?? '']));
}

describe.each([
  ['optimizerGenerator', 'optim-shake-shake', ['ir', 'optim']],
  ['architectureGenerator', 'arch-shake-shake', ['arch', 'ir']],
  ['backendGenerator', 'backend-shake-shake', ['compiler', 'ir']],
  ['functionGenerator', 'function-shake-shake', ['ir']],
  ['dataGenerator', 'data-shake-shake', ['data', 'ir']],
] as const)('%s', (kind, base, peers) => {
  it('writes a package, a changeset, and a line in every list of packages', async () => {
    const changes = await generate(kind, 'shake-shake');
    const folder = `packages/${base}`;
    const expected = [
      'README.md',
      'package.json',
      'src/index.ts',
      'src/shake-shake.ts',
      'test/shake-shake.test.ts',
      'tsconfig.build.json',
      'tsconfig.json',
      'vitest.config.ts',
    ];
    expect([...changes.keys()]).toEqual(
      expect.arrayContaining([
        ...expected.map((path) => `${folder}/${path}`),
        `.changeset/${base}.md`,
        'tsconfig.json',
      ]),
    );
    expect([...changes.keys()].filter((path) => !path.startsWith(folder)).sort()).toEqual([
      `.changeset/${base}.md`,
      'tools/docs/package.json',
      `tools/publishing/test/exported-names/${base}.txt`,
      'tsconfig.json',
    ]);
    expect(changes.get('tools/docs/package.json')).toContain(`"@netwright/${base}": "workspace:*"`);
    const exported = changes.get(`tools/publishing/test/exported-names/${base}.txt`) ?? '';
    expect(exported).toMatch(new RegExp(`^@netwright/${base}\n  shakeShake\n(  (type )?\\w+\n)*$`));
    const manifest = JSON.parse(changes.get(`${folder}/package.json`) ?? '') as Readonly<Record<string, object>>;
    expect(Object.keys(manifest['peerDependencies'])).toEqual(peers.map((peer) => `@netwright/${peer}`));
    expect(changes.get('tsconfig.json')).toContain(`./${folder}/tsconfig.build.json`);
    expect(changes.get(`.changeset/${base}.md`)).toMatch(
      new RegExp(`^---\n'@netwright/${base}': minor\n---\n\nThe .* shake-shake for Netwright.\n$`),
    );
    for (const [path, text] of changes)
      if (path.startsWith(folder)) expect(`${path} ${text}`).not.toMatch(/template-?_?name/i);
  });
});

describe('opGenerator', () => {
  it('writes the primitive, its samples and lowering, and a line in every table', async () => {
    const changes = await generate('opGenerator', 'shake-shake');
    expect([...changes.keys()].sort()).toEqual([
      '.changeset/op-shake-shake.md',
      'packages/compiler/src/lowering/lowerings.ts',
      'packages/compiler/src/lowering/shake-shake.ts',
      'packages/ir/src/index.ts',
      'packages/ir/src/ops/attribute-kinds.ts',
      'packages/ir/src/ops/attributes.ts',
      'packages/ir/src/ops/gradients.ts',
      'packages/ir/src/ops/primitives.ts',
      'packages/ir/src/ops/samples.ts',
      'packages/ir/src/ops/shake-shake.samples.ts',
      'packages/ir/src/ops/shake-shake.ts',
      'packages/ir/test/golden-primitives.test.ts',
      'packages/ir/test/operand-errors.test.ts',
      'tools/publishing/test/exported-names/ir.txt',
    ]);
    for (const [path, text] of changes) {
      expect(text, path).toMatch(/shakeShake/);
      expect(text.match(/template-?_?name/i), path).toBeNull();
      if (path.includes('shake-shake')) continue;
      const before = readFileSync(join(root, path), 'utf8').split('\n');
      const added = text.split('\n').filter((line) => !before.includes(line));
      expect(added.length, path).toBeLessThanOrEqual(2);
    }
  });
});

describe('names', () => {
  const name = 'expected a free name such as lion or shake-shake';
  it.each<[keyof typeof generators, string, string]>([
    [
      'optimizerGenerator',
      'momentum',
      `create (optimizer): ${name}, received momentum; the code of the template uses momentum for something else; it is taken by packages/optim-momentum. [create.name]`,
    ],
    [
      'architectureGenerator',
      'resnet',
      `create (architecture): ${name}, received resnet; it is taken by packages/arch-resnet. [create.name]`,
    ],
    [
      'backendGenerator',
      'cpu',
      `create (backend): ${name}, received cpu; it is taken by packages/backend-cpu. [create.name]`,
    ],
    [
      'functionGenerator',
      'leaky-relu',
      `create (function): ${name}, received leaky-relu; it is taken by packages/ir/src/index.ts. [create.name]`,
    ],
    [
      'opGenerator',
      'tanh',
      `create (op): ${name}, received tanh; it is taken by packages/ir/src/index.ts. [create.name]`,
    ],
    [
      'opGenerator',
      'soft_step',
      `create (op): ${name}, received soft_step; it is not kebab-case (small letters and digits, with single hyphens between). [create.name]`,
    ],
  ])('%s refuses %s', async (kind, given, message) => {
    await expect(generate(kind, given)).rejects.toThrow(expect.objectContaining({ message }) as Error);
  });
});

describe('a repository that looks otherwise', () => {
  const tree = new FsTree(root, false);
  tree.write('table.ts', 'a: 1,\na: 1,\n');
  it.each([
    [
      () => readFile(tree, 'absent.ts'),
      'generate (absent.ts): expected a file of the repository, received none. Hint: run this in a whole checkout [generate.file]',
    ],
    [
      () => insertAfter(tree, 'table.ts', 'a: 1,', 'b: 2,'),
      'generate (table.ts): expected one line "a: 1," to go on from, received 2. [generate.anchor]',
    ],
    [
      () => replaceOnce(tree, 'table.ts', 'c: 3', 'd: 4'),
      'generate (table.ts): expected "c: 3" once, to go on from, received 0. [generate.anchor]',
    ],
  ])('is refused', (act, message) => {
    expect(act).toThrow(expect.objectContaining({ message }) as Error);
  });
});

describe('the command line', () => {
  it.each([
    ['optimizer lion', { kind: 'optimizer', name: 'lion', dryRun: false }],
    ['op soft-step --dry-run', { kind: 'op', name: 'soft-step', dryRun: true }],
  ])('%s', (args, command) => {
    expect(parseCommand(args.split(' '))).toEqual(command);
  });

  it.each([
    ['', /^npm run generate -- KIND NAME \[--dry-run\]\nkinds: optimizer, architecture, backend, function, data, op$/],
    ['application pets', /^application is none of the kinds.\nnpm run generate/],
    ['optimizer', /^npm run generate/],
    ['optimizer lion --fast', /^Unknown option '--fast'.\nnpm run generate/],
  ])('explains itself after "%s"', (args, text) => {
    expect(parseCommand(args.split(' ').filter(Boolean))).toMatch(text);
  });
});
