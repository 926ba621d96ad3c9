// Where the packages of other engines are found.

import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { readFileSync } from 'node:fs';

/** A package of the peers' folder; the caller states as much of its type as it uses. */
export async function importPeer(folder: string, name: string): Promise<unknown> {
  const file = createRequire(path.join(folder, 'package.json')).resolve(name);
  return await import(pathToFileURL(file).href);
}

/** A package that is not an ES module. */
export function requirePeer(folder: string, name: string): unknown {
  return createRequire(path.join(folder, 'package.json'))(name);
}

export function peerVersion(folder: string, name: string): string {
  const text = readFileSync(path.join(folder, 'node_modules', name, 'package.json'), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
