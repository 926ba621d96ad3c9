// The page, built as applications are: with Vite for production, and with esbuild.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build as esbuild } from 'esbuild';
import { build as vite } from 'vite';

/** Each gives the folder of the built site; `app` has the page's sources and its installed packages. */
export const bundlers = {
  Vite: async (app) => {
    const outDir = join(app, 'vite');
    await vite({ root: app, configFile: false, logLevel: 'error', worker: { format: 'es' }, build: { outDir } });
    return outDir;
  },
  esbuild: async (app) => {
    const outdir = join(app, 'esbuild');
    await esbuild({
      absWorkingDir: app,
      entryPoints: ['main.ts', 'worker.ts'],
      outdir,
      ...{ bundle: true, splitting: true, minify: true, format: 'esm', target: 'es2022', logLevel: 'error' },
      plugins: [{ name: 'worker-url', setup: ({ onLoad }) => onLoad({ filter: /main\.ts$/ }, workerUrl) }],
    });
    const html = readFileSync(join(app, 'index.html'), 'utf8').replace('main.ts', 'main.js');
    writeFileSync(join(outdir, 'index.html'), html);
    return outdir;
  },
} satisfies Readonly<Record<string, (app: string) => Promise<string>>>;

/** esbuild leaves the worker's address as it stands in the source. */
function workerUrl({ path }: { readonly path: string }): { contents: string; loader: 'ts' } {
  return { contents: readFileSync(path, 'utf8').replace("URL('./worker.ts'", "URL('./worker.js'"), loader: 'ts' };
}

/** A program for Node, with the packages left where they are installed. */
export async function bundleForNode(app: string, entry: string): Promise<string> {
  const outfile = join(app, `${entry}.mjs`);
  await esbuild({
    absWorkingDir: app,
    entryPoints: [`${entry}.ts`],
    outfile,
    ...{ bundle: true, packages: 'external', platform: 'node', format: 'esm', target: 'node20', logLevel: 'error' },
  });
  return outfile;
}
