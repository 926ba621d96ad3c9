// `npm test` and `npm run test:long`: prepares, runs every check and suite through nx, and ends with the counts.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installChromium } from './chromium.mjs';
import { nx, prepare, root } from './prepare.mjs';
import { summarize } from './summary.mjs';

const long = process.argv.includes('--long');
const suite = long ? { target: 'test-long', results: 'long.json' } : { target: 'test', results: 'unit.json' };
const targets = long ? ['test-long'] : ['lint-all', 'typecheck-all', 'test'];

prepare();
installChromium();
removeOldResults();
const folder = mkdtempSync(join(tmpdir(), 'netwright-test-'));
const report = join(folder, 'tasks.json');
const status = nx(['run-many', `--targets=${targets.join(',')}`, '--parallel=2', '--nxBail=false'], {
  env: { NETWRIGHT_TASK_REPORT: report, NETWRIGHT_MODULE_CACHE: join(folder, 'modules') },
  timeout: long ? 60 * 60_000 : undefined,
});
const tasks = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : [];
rmSync(folder, { recursive: true });

if (long && status === 0 && tasks.length === 0) {
  process.stdout.write('There are no long suites.\n');
  process.exit();
}
const { text, failed } = summarize({ tasks, suiteTarget: suite.target, readResults, status });
process.stdout.write(`\n${text}\n`);
process.exitCode = failed > 0 ? 1 : 0;

function readResults(projectRoot) {
  const path = join(root, projectRoot, '.results', suite.results);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

// A suite that dies before it reports must not be counted by the report of an earlier run; nx restores what it has cached.
function removeOldResults() {
  for (const parent of ['packages', 'tools']) {
    for (const name of readdirSync(join(root, parent)))
      rmSync(join(root, parent, name, '.results', suite.results), { force: true });
  }
}
