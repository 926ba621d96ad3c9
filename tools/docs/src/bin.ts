#!/usr/bin/env node
// `npm run docs`: the API reference of all public packages, as a site in tools/docs/dist/site.

import { fileURLToPath } from 'node:url';
import { Application } from 'typedoc';
import { entryPoints } from './exports.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const out = fileURLToPath(new URL('site/', import.meta.url));
const application = await Application.bootstrap({
  name: 'Netwright',
  entryPoints: [...entryPoints().values()],
  tsconfig: `${root}tsconfig.check.json`,
  readme: `${root}README.md`,
  skipErrorChecking: true,
  disableSources: true,
  includeVersion: false,
  out,
});
const project = await application.convert();
if (project === undefined) process.exitCode = 1;
else {
  await application.generateDocs(project, out);
  process.stdout.write(`${out}index.html\n`);
}
