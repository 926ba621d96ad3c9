// A project that has the tarballs and nothing of the repository.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cleanEnvironment } from './clean-environment.ts';
import { runProgram } from './commands.ts';

export interface InstallOptions {
  /** What `packWorkspace` returned. Packages of the workspace come from here, however deep they are needed. */
  readonly tarballs: ReadonlyMap<string, string>;
  /** Packages of the registry, name to range. */
  readonly outside?: Readonly<Record<string, string>>;
}

/**
 * Installs `names` in `folder` with `npm install --ignore-scripts`. A `package.json` that is there is kept and extended, else it is that of an ES module;
 * its dependencies on packages of the workspace come from the tarballs too.
 */
export async function installTarballs(
  folder: string,
  names: readonly string[],
  options: InstallOptions,
): Promise<void> {
  const { tarballs, outside = {} } = options;
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'package.json');
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '{ "private": true, "type": "module" }';
  const given = JSON.parse(text) as Record<string, unknown>;
  const written: Record<string, unknown> = {
    ...given,
    dependencies: { ...(given['dependencies'] as object | undefined), ...outside, ...fromTarballs(names, tarballs) },
  };
  const direct = new Set<string>();
  for (const field of ['dependencies', 'devDependencies', 'optionalDependencies']) {
    const ranges = written[field] as Readonly<Record<string, string>> | undefined;
    if (ranges === undefined) continue;
    const workspace = Object.keys(ranges).filter((name) => tarballs.has(name));
    written[field] = { ...ranges, ...fromTarballs(workspace, tarballs) };
    for (const name of workspace) direct.add(name);
  }
  const overrides = [...tarballs].map(([name, tarball]) => [name, direct.has(name) ? `$${name}` : `file:${tarball}`]);
  written['overrides'] = { ...(given['overrides'] as object | undefined), ...Object.fromEntries(overrides) };
  writeFileSync(path, `${JSON.stringify(written, null, 2)}\n`);
  const args = ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  await runProgram('npm', args, { cwd: folder, env: cleanEnvironment() });
}

function fromTarballs(names: readonly string[], tarballs: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries(
    names.map((name) => {
      const tarball = tarballs.get(name);
      if (tarball === undefined) throw new RangeError(`there is no tarball of ${name}`);
      return [name, `file:${tarball}`];
    }),
  );
}
