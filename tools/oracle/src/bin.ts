#!/usr/bin/env node
// `npm run oracle -- --dir DIR --backend NAME[:key=value,...] [--mode MODE] [--only SUITE]`

import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { backendOf } from './backend-of.ts';
import { closingLine, runOracle, SUITES, summarizeResults, type CaseResult } from './run-oracle.ts';

const program = new Command('oracle')
  .description('compare a backend with recorded results of other frameworks')
  .addOption(
    new Option('--dir <directory>', 'directory with the layout of tools/oracle/data').default(
      fileURLToPath(new URL('../data', import.meta.url)),
      'the data of this repository',
    ),
  )
  .option('--backend <spec>', 'backend, e.g. reference or cpu:target=wasm,threads=2', 'cpu')
  .option('--mode <mode>', 'mode of the backend, short for the option `mode` in its spec')
  .addOption(new Option('--only <suite>', 'run one suite').choices(Object.keys(SUITES)))
  .option('--verbose', 'list cases that pass, too', false);
program.parse();
const {
  dir,
  backend: given,
  mode,
  only,
  verbose,
} = program.opts<{ dir: string; backend: string; mode?: string; only?: string; verbose: boolean }>();

const line = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

function show({ name, outcome, milliseconds }: CaseResult): void {
  switch (outcome.status) {
    case 'passed':
      if (verbose) line(`passed: ${name} (${milliseconds.toFixed(0)} ms)`);
      break;
    case 'failed':
      line(`failed: ${name}`);
      for (const failure of outcome.failures) line(`  ${failure}`);
      break;
    case 'notBuilt':
      line(`not built: ${outcome.subject} (${name})`);
      break;
  }
}

try {
  const directory = path.resolve(process.env.INIT_CWD ?? process.cwd(), dir);
  await readdir(directory);
  const backend = backendOf(given, mode);
  const results = await runOracle({
    directory,
    backend,
    suites: only === undefined ? Object.keys(SUITES) : [only],
    onResult: show,
  });
  await backend.dispose();
  const summary = summarizeResults(results);
  line(closingLine(summary));
  process.exitCode = summary.failed === 0 ? 0 : 1;
} catch (error) {
  process.stderr.write(`oracle: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
