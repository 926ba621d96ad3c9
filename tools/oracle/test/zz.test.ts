import { test } from 'vitest';
import { runOracle, summarizeResults, closingLine } from '@netwright/oracle-runner';
import { BUILT_IN, create, parseSpec } from '@netwright/cli';
test('x', async () => {
  for (const spec of (process.env.SPEC ?? 'reference').split(' ')) {
    const backend = create('backend', BUILT_IN.backends, parseSpec(spec));
    for (const suite of (process.env.SUITES ?? 'numerics').split(' ')) {
      const t = Date.now();
      const r = await runOracle({ directory: '/work/shared/oracle', backend, suites: [suite], onResult: (x) => { if (x.outcome.status === 'failed') process.stdout.write(x.name + '\n  ' + x.outcome.failures.slice(0, 3).join('\n  ').slice(0, 900) + '\n'); } });
      process.stdout.write(spec + ' ' + suite + ' ' + closingLine(summarizeResults(r)) + ` ${Date.now() - t} ms\n`);
    }
    await backend.dispose();
  }
}, 500000);
