import { join } from 'node:path';
import { createProjectGraphAsync } from '@nx/devkit';
import { ESLint } from 'eslint';
import { beforeAll, describe, expect, it } from 'vitest';
import { readLayeredPackages, root, tagOf, type WorkspacePackage } from './workspace.ts';

const rule = '@nx/enforce-module-boundaries';
const packages = readLayeredPackages();
const contractOfKind: Readonly<Record<string, string>> = {
  backend: 'compiler',
  optim: 'optim',
  arch: 'arch',
  data: 'data',
  function: 'compiler',
};
let eslint: ESLint;

beforeAll(async () => {
  await createProjectGraphAsync({ exitOnError: false });
  eslint = new ESLint({
    cwd: root,
    overrideConfig: { languageOptions: { parserOptions: { projectService: false } } },
    ruleFilter: ({ ruleId }) => ruleId === rule,
  });
}, 120_000);

/** What the linter says of a file of `from` that imports each of `targets`, for each of them. */
async function violations(
  from: WorkspacePackage,
  targets: readonly WorkspacePackage[],
  folder: string,
): Promise<readonly (readonly string[])[]> {
  const code = targets.map(({ manifest }) => `import '${manifest.name}';\n`).join('');
  const [{ messages }] = await eslint.lintText(code, {
    filePath: join(root, from.folder, folder, 'boundary-probe.ts'),
  });
  expect(messages.filter(({ line }) => !(line >= 1 && line <= targets.length))).toEqual([]);
  return targets.map((_, at) => messages.filter(({ line }) => line === at + 1).map(({ message }) => message));
}

/** The layers in words: what the source of `from` may import. */
function mayImport(from: WorkspacePackage, to: WorkspacePackage): boolean {
  const target = tagOf(to, 'layer');
  const lower = target === 'language' || target === 'contract';
  const source = tagOf(from, 'layer');
  if (source === 'language') return false;
  if (source === 'contract') return target === 'language';
  if (source === 'plugin') {
    return target === 'language' || tagOf(to, 'contract') === contractOfKind[tagOf(from, 'kind') ?? ''];
  }
  switch (from.manifest.name) {
    case '@netwright/weights':
      return lower;
    case '@netwright/train':
      return lower || to.manifest.name === '@netwright/weights';
    case 'create-netwright':
      return target === 'language';
    case '@netwright/generators':
      return target === 'language' || ['@netwright/publishing', 'create-netwright'].includes(to.manifest.name);
    case '@netwright/search':
      return lower || ['@netwright/weights', '@netwright/train'].includes(to.manifest.name);
    case '@netwright/viz':
      return lower || to.manifest.name === '@netwright/train';
    case '@netwright/cli':
      return lower || target === 'plugin' || target === 'assembly';
    case '@netwright/testing':
      return (
        lower || ['@netwright/weights', '@netwright/train', '@netwright/backend-reference'].includes(to.manifest.name)
      );
    default:
      return true;
  }
}

/** Whether a chain of dependencies leads from one package to the other: an import the other way would close a circle. */
function reaches(from: WorkspacePackage, to: WorkspacePackage, seen = new Set<WorkspacePackage>()): boolean {
  const { dependencies, peerDependencies, devDependencies } = from.manifest;
  const needed = Object.keys({ ...dependencies, ...peerDependencies, ...devDependencies });
  return packages
    .filter(({ manifest }) => needed.includes(manifest.name))
    .some((next) => {
      if (next === to) return true;
      if (seen.has(next)) return false;
      seen.add(next);
      return reaches(next, to, seen);
    });
}

describe('the import layers', () => {
  it.each(packages.map((from) => ({ name: from.manifest.name, from })))('hold for $name', async ({ from }) => {
    const others = packages.filter((to) => to !== from);
    const messages = await violations(from, others, 'src');
    const allowed = others.filter((_, at) => messages[at].length === 0);
    const expected = others.filter((to) => mayImport(from, to) && !reaches(to, from));
    expect(allowed.map(({ manifest }) => manifest.name)).toEqual(expected.map(({ manifest }) => manifest.name));
  });

  it('say which tags an import may have', async () => {
    const find = (name: string): WorkspacePackage => {
      const found = packages.find(({ manifest }) => manifest.name === name);
      if (found === undefined) throw new Error(`${name} is missing`);
      return found;
    };
    expect(await violations(find('@netwright/optim-sgd'), [find('@netwright/optim-adamw')], 'src'))
      .toMatchInlineSnapshot(`
      [
        [
          "A project tagged with "layer:plugin" and "kind:optim" can only depend on libs tagged with "layer:language", "contract:optim"",
        ],
      ]
    `);
  });

  it.each(
    packages
      .filter((one) => tagOf(one, 'layer') === 'plugin' && tagOf(one, 'backend') !== 'reference')
      .map((from) => ({ name: from.manifest.name, from })),
  )('let the tests of $name use the conformance kit, and its source not', async ({ from }) => {
    const testing = packages.find(({ manifest }) => manifest.name === '@netwright/testing');
    if (testing === undefined) throw new Error('@netwright/testing is missing');
    expect(await violations(from, [testing], 'test')).toEqual([[]]);
    expect(await violations(from, [testing], 'src')).toEqual([
      [expect.stringContaining('can only depend on') as string],
    ]);
  });
});
