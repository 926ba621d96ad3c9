// The public packages of the repository, and where things are.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly nx?: { readonly tags?: readonly string[] };
}

export interface WorkspacePackage {
  /** Relative to the repository's root. */
  readonly folder: string;
  readonly manifest: Manifest;
}

export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Every package that is published, by name in alphabetical order. */
export function publicPackages(): readonly WorkspacePackage[] {
  return ['packages', 'tools']
    .flatMap((parent) => readdirSync(join(root, parent)).map((name) => `${parent}/${name}`))
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .map((folder) => ({
      folder,
      manifest: JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest,
    }))
    .filter(({ manifest }) => manifest.private !== true)
    .sort((a, b) => (a.manifest.name < b.manifest.name ? -1 : 1));
}

/** The packages of `all` that installing `names` brings: these, their dependencies and their required peers. */
export function closureOf(names: readonly string[], all: readonly WorkspacePackage[]): readonly WorkspacePackage[] {
  const byName = new Map(all.map((one) => [one.manifest.name, one]));
  const found = new Set<string>();
  const visit = (name: string): void => {
    const one = byName.get(name);
    if (one === undefined || found.has(name)) return;
    found.add(name);
    const { dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = one.manifest;
    const peers = Object.keys(peerDependencies).filter((peer) => peerDependenciesMeta[peer]?.optional !== true);
    for (const next of [...Object.keys(dependencies), ...peers]) visit(next);
  };
  for (const name of names) {
    if (!byName.has(name)) throw new RangeError(`${name} is not a public package of this repository`);
    visit(name);
  }
  return all.filter(({ manifest }) => found.has(manifest.name));
}
