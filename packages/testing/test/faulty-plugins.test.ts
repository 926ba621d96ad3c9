// The suites of optimizers and architectures must fail for plugins with faults, and only where the fault is.

import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

interface Report {
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly status: string;
      readonly ancestorTitles: readonly string[];
      readonly title: string;
    }[];
  }[];
}

const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
const fixtures = fileURLToPath(new URL('fixtures/', import.meta.url));

/** Failed tests of a fixture by plugin. */
function failuresOf(fixture: string): Readonly<Record<string, readonly string[]>> {
  const { stdout, stderr } = spawnSync(process.execPath, [vitest, 'run', fixture, '--reporter=json'], {
    cwd: fixtures,
    encoding: 'utf8',
  });
  const start = stdout.indexOf('{');
  if (start < 0) throw new Error(`vitest gave no report:\n${stdout}\n${stderr}`);
  const { numPassedTests, testResults } = JSON.parse(stdout.slice(start)) as Report;
  expect(numPassedTests).toBeGreaterThan(0);
  const failed: Record<string, string[]> = {};
  for (const { status, ancestorTitles, title } of testResults.flatMap(({ assertionResults }) => assertionResults)) {
    const own = (failed[ancestorTitles[0]] ??= []);
    if (status === 'failed') own.push([...ancestorTitles.slice(1), title].join(' > '));
  }
  return failed;
}

it('testOptimizer finds the faults', () => {
  expect(failuresOf('faulty-optimizer')).toMatchInlineSnapshot(`
    {
      "a rate a billionth too large": [
        "sgd > follows the recorded trajectory in f64",
      ],
      "a rate in the graph": [
        "with defaults > has the same graph for other values of its hyper-parameters",
      ],
      "a step with the gradient": [
        "with defaults > brings a quadratic below a tenth in 100 steps",
      ],
      "right": [],
      "state that was not declared": [
        "with defaults > builds a valid graph whose state is the declared state",
      ],
    }
  `);
});

it('testArchitecture finds the faults', () => {
  expect(failuresOf('faulty-architecture')).toMatchInlineSnapshot(`
    {
      "a gradient that does not arrive": [
        "tiny, trained > has the gradients of finite differences, and none that is zero",
        "tiny, trained > learns one batch on reference: a tenth of the loss in 60 steps",
      ],
      "a name that is missing": [
        "tiny {"classes":3,"imageSize":16}, published > has the published names and shapes, in order",
      ],
      "a network that does not learn": [
        "tiny, trained > has the gradients of finite differences, and none that is zero",
        "tiny, trained > learns one batch on reference: a tenth of the loss in 60 steps",
      ],
      "another count": [
        "tiny {"classes":3,"imageSize":16}, published > has the published number of parameters",
        "tiny {"classes":3,"imageSize":16}, published > has the published number of multiply-adds",
      ],
      "another graph every time": [
        "tiny > builds a valid graph that is the same every time",
      ],
      "right": [],
    }
  `);
});
