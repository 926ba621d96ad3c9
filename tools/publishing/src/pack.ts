// Tarballs of the public packages, byte for byte what `pnpm publish` would send.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { lock } from 'proper-lockfile';
import { runPnpm, runProgram } from './commands.ts';
import { closureOf, publicPackages, root, type WorkspacePackage } from './workspace.ts';

export interface PackOptions {
  /** Names of packages; they are packed with all that they need. Default: every public package. */
  readonly packages?: readonly string[];
}

const cache = join(root, 'tools/publishing/.packed');
const KEEP_MILLISECONDS = 24 * 60 * 60_000;

/**
 * The tarball of each public package by its name. Builds and packs what has changed since the last call; tarballs are kept by content
 * in `tools/publishing/.packed`. Callers in several processes wait for each other.
 */
export async function packWorkspace({ packages }: PackOptions = {}): Promise<Map<string, string>> {
  const all = publicPackages();
  const wanted = packages === undefined ? all : closureOf(packages, all);
  mkdirSync(cache, { recursive: true });
  const release = await lock(cache, {
    stale: 30_000,
    update: 5_000,
    retries: { retries: 1200, factor: 1, minTimeout: 250 },
  });
  try {
    if (tarballsOf(wanted, all).some((path) => !existsSync(path))) {
      await build(wanted);
      await pack(wanted, all);
      prune();
    }
    const paths = tarballsOf(wanted, all);
    for (const path of paths) utimesSync(dirname(path), new Date(), new Date());
    return new Map(wanted.map(({ manifest }, at) => [manifest.name, paths[at]]));
  } finally {
    await release();
  }
}

async function build(packages: readonly WorkspacePackage[]): Promise<void> {
  const projects = packages
    .map(({ folder }) => `${folder}/tsconfig.build.json`)
    .filter((project) => existsSync(join(root, project)));
  for (const { folder } of packages) removeOrphans(join(root, folder));
  await runProgram(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b', ...projects], { cwd: root });
}

/** Built files whose source is gone would be published. */
function removeOrphans(folder: string): void {
  for (const path of filesUnder(join(folder, 'dist'))) {
    const source = /^dist\/(.*?)(\.d\.ts|\.js)(\.map)?$/.exec(path)?.[1];
    if (source !== undefined && !existsSync(join(folder, 'src', `${source}.ts`))) rmSync(join(folder, path));
  }
}

async function pack(wanted: readonly WorkspacePackage[], all: readonly WorkspacePackage[]): Promise<void> {
  const missing = tarballsOf(wanted, all)
    .map((path, at) => ({ path, name: wanted[at].manifest.name }))
    .filter(({ path }) => !existsSync(path));
  if (missing.length === 0) return;
  const fresh = join(cache, 'fresh');
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh);
  const filters = missing.flatMap(({ name }) => ['--filter', name]);
  await runPnpm([...filters, 'pack', '--pack-destination', fresh], { cwd: root });
  for (const { path } of missing) {
    mkdirSync(dirname(path), { recursive: true });
    renameSync(join(fresh, basename(path)), path);
  }
}

function prune(): void {
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    if (Date.now() - statSync(path).mtimeMs > KEEP_MILLISECONDS) rmSync(path, { recursive: true });
  }
}

function tarballsOf(packages: readonly WorkspacePackage[], all: readonly WorkspacePackage[]): readonly string[] {
  // Ranges of the workspace and the catalog are written into the packed manifest.
  const shared = createHash('sha256')
    .update(JSON.stringify(all.map(({ manifest: { name, version } }) => [name, version])))
    .update(readFileSync(join(root, 'pnpm-workspace.yaml')))
    .update(readFileSync(join(root, 'tsconfig.base.json')))
    .update(readFileSync(join(root, 'tsconfig.build.base.json')))
    .digest('hex');
  return packages.map(({ folder, manifest: { name, version } }) => {
    const key = contentKey(join(root, folder), shared);
    return join(cache, key, `${name.replace(/^@/, '').replace('/', '-')}-${version}.tgz`);
  });
}

function contentKey(folder: string, shared: string): string {
  const hash = createHash('sha256').update(shared);
  const ignored = /^(node_modules|test|\.results)\/|\.tsbuildinfo$/;
  for (const path of filesUnder(folder).filter((one) => !ignored.test(one))) {
    hash.update(`\0${path}\0`).update(readFileSync(join(folder, path)));
  }
  return hash.digest('hex').slice(0, 24);
}

function filesUnder(folder: string): readonly string[] {
  const found: string[] = [];
  const visit = (below: string): void => {
    for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isFile()) found.push(path);
      else if (entry.isDirectory() && entry.name !== 'node_modules') visit(path);
    }
  };
  if (existsSync(folder)) visit('');
  return found.sort();
}
