// The packages of the repository as the tests read them.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly nx: { readonly tags: readonly string[] };
  readonly [field: string]: unknown;
}

export interface WorkspacePackage {
  /** Relative to the repository's root. */
  readonly folder: string;
  readonly manifest: Manifest;
}

export const root = fileURLToPath(new URL('../../../', import.meta.url));

export function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

export function readPackages(): WorkspacePackage[] {
  return ['packages', 'tools'].flatMap((parent) =>
    readdirSync(join(root, parent))
      .map((name) => `${parent}/${name}`)
      .filter((folder) => existsSync(join(root, folder, 'package.json')))
      .map((folder) => ({ folder, manifest: JSON.parse(read(`${folder}/package.json`)) as Manifest })),
  );
}

/** The packages that carry a layer: all but the tools without source code of their own. */
export function readLayeredPackages(): WorkspacePackage[] {
  return readPackages().filter(({ manifest }) => manifest.nx.tags.length > 0);
}

export function tagOf({ manifest }: WorkspacePackage, kind: string): string | undefined {
  return manifest.nx.tags.find((tag) => tag.startsWith(`${kind}:`))?.slice(kind.length + 1);
}
