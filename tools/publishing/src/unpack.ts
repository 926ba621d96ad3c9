// The contents of tarballs as an installation has them, without an installation.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from './commands.ts';

/** Puts each tarball into `node_modules` of `folder`. What packages of the registry they need is not there. */
export async function unpackTarballs(folder: string, tarballs: ReadonlyMap<string, string>): Promise<void> {
  for (const [name, tarball] of tarballs) {
    const target = join(folder, 'node_modules', name);
    mkdirSync(target, { recursive: true });
    await runProgram('tar', ['-xzf', tarball, '-C', target, '--strip-components=1'], { cwd: folder });
  }
}
