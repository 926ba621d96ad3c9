// The workflows of GitHub Actions, as far as they can be checked without it.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@netwright/publishing';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

describe('the workflows', () => {
  interface Workflow {
    readonly jobs: Readonly<
      Record<string, { readonly steps: readonly { readonly run?: string; readonly uses?: string }[] }>
    >;
  }
  const steps = (path: string): readonly { readonly run?: string; readonly uses?: string }[] =>
    Object.values((parse(readFileSync(join(root, path), 'utf8')) as Workflow).jobs).flatMap((job) => job.steps);
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>;
  };

  it('of contributors runs commands that the repository has', () => {
    const runs = steps('.github/workflows/ci.yml').flatMap(({ run }) => run ?? []);
    const commands = runs.flatMap((run) => [...run.matchAll(/npm (?:run )?([\w:]+)/g)].map(([, name]) => name));
    expect(commands.sort()).toEqual(['ci', 'release', 'test']);
    for (const name of commands) expect(scripts).toHaveProperty([name]);
  });

  it('take actions of known versions', () => {
    const paths = ['.github/workflows/ci.yml', '.github/workflow-templates/plugin.yml'];
    const uses = paths.flatMap((path) => steps(path).flatMap((step) => step.uses ?? []));
    expect(uses.length).toBeGreaterThan(4);
    for (const one of uses) expect(one).toMatch(/^actions\/[\w-]+@v\d+$/);
  });

  it('of plugin authors installs without scripts, tests and packs', () => {
    const runs = steps('.github/workflow-templates/plugin.yml').flatMap(({ run }) => run ?? []);
    expect(runs).toEqual(expect.arrayContaining(['npm ci --ignore-scripts', 'npm test', 'npm pack --dry-run']));
  });
});
