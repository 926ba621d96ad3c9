// Suites as values: how they are collected and run, and what their failures say.

import { reference } from '@netwright/backend-reference';
import { defineFunction, gradientRules, NetwrightError, sin, tensorType } from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import { primitiveCases, PRIMITIVE_NAMES } from '../src/backend/primitive-cases.ts';
import { checkCase } from '../src/backend/check-case.ts';
import { datasetSuite } from '../src/dataset/test-dataset.ts';
import { opSuite } from '../src/op/test-op.ts';
import { check, checkClose, checkEqual, checkError } from '../src/suite/checks.ts';
import { firstDifference } from '../src/suite/data-text.ts';
import { runSuite } from '../src/suite/run-suite.ts';
import { collectSuite } from '../src/suite/suite.ts';

function messageOf(attempt: () => unknown): string {
  try {
    attempt();
    return 'no error';
  } catch (error) {
    return String(error);
  }
}

/** What a suite of this one test says. */
async function failureOf(run: () => void | Promise<void>): Promise<string> {
  const suite = collectSuite('plugin', ({ group, test }) => {
    group('a case (1 + 1)', () => {
      test("it's right", run);
    });
  });
  const { failures } = await runSuite(suite);
  return failures.map(({ error }) => error.message).join();
}

const ALONE = String.raw`run it alone with npx vitest run -t 'plugin a case \(1 \+ 1\) it'\''s right'`;

describe('a failure', () => {
  it('of a comparison says case, place, both values and how to run it alone', async () => {
    expect(await failureOf(() => checkEqual('shape', [1, { a: 2 }], [1, { a: 3 }]))).toBe(
      `plugin > a case (1 + 1) > it's right (shape, at [1].a): expected 3, received 2. Hint: ${ALONE} [testing.equal]`,
    );
  });

  it('of a number says the tolerance and the distance too', async () => {
    expect(await failureOf(() => checkClose('gradient by w', 1.5, 1, 0.25))).toBe(
      `plugin > a case (1 + 1) > it's right (gradient by w): expected 1 within 0.25, received 1.5; the difference is 0.5. Hint: ${ALONE} [testing.bound]`,
    );
    expect(await failureOf(() => checkClose('loss', NaN, 1, 0.25))).toContain('received NaN; the difference is NaN');
  });

  it('of a condition says what was expected', async () => {
    expect(await failureOf(() => check('loss', false, 'below 1', 2))).toBe(
      `plugin > a case (1 + 1) > it's right (loss): expected below 1, received 2. Hint: ${ALONE} [testing.check]`,
    );
  });

  it('to refuse says what happened instead', async () => {
    const error = new NetwrightError({ code: 'some.code', operation: 'run', expected: 'one thing' });
    const thrown = (): never => {
      throw error;
    };
    await checkError('run', thrown, 'some.code', ['one thing']);
    expect(await failureOf(() => checkError('run', () => undefined, 'some.code', []))).toContain(
      `(run): expected an error with code some.code, received no error. Hint: ${ALONE} [testing.error]`,
    );
    expect(await failureOf(() => checkError('run', thrown, 'other.code', []))).toContain(
      '(run): expected an error with code other.code, received NetwrightError: run: expected one thing. [some.code].',
    );
    expect(await failureOf(() => checkError('run', thrown, 'some.code', ['zebra']))).toContain(
      '; it does not mention zebra.',
    );
  });

  it('of the plugin itself keeps its scope and its error', async () => {
    const inner = new NetwrightError({
      code: 'conv2d.channels',
      operation: 'conv2d',
      scope: 'layer1.0',
      expected: 'x',
    });
    const suite = collectSuite('plugin', ({ test }) => {
      test('builds', () => {
        throw inner;
      });
    });
    const { failures } = await runSuite(suite);
    expect(failures[0].error).toMatchObject({ code: 'testing.threw', scope: 'layer1.0', cause: inner });
    expect(failures[0].error.message).toContain('expected no error, received NetwrightError: conv2d (layer1.0)');
  });
});

it('equal data has no difference, whatever arrays it is in', () => {
  for (const [a, b] of [
    [NaN, NaN],
    [[1, 2], Float32Array.of(1, 2)],
    [
      { a: 1, b: undefined },
      { b: undefined, a: 1 },
    ],
  ])
    expect(firstDifference(a, b)).toBeUndefined();
  expect(firstDifference(0, -0)).toEqual({ path: '', expected: '0', received: '-0' });
  expect(firstDifference([1], [1, 2])).toEqual({ path: '', expected: '[1]', received: '[1, 2]' });
  const [short, long] = [100, 101].map((length) => Array.from({ length }, (_, i) => i));
  expect(firstDifference(short, long)).toEqual({ path: '.length', expected: '100', received: '101' });
  expect(firstDifference({ a: [] }, { a: 'text' })).toEqual({ path: '.a', expected: '[]', received: '"text"' });
});

it('two cases of one name, and none at all, are refused', () => {
  const sine = defineFunction({ name: 'sin', expand: ([x]) => [sin(x)] });
  const one = { name: 'a', attrs: {}, inputs: [{ type: tensorType('f32', [2]), fill: { kind: 'normal' } }] } as const;
  expect(messageOf(() => opSuite(sine, [one, one]))).toBe(
    'NetwrightError: sin: expected at least one case, and a name of its own for each, received there are two of sin > a > has the first and second derivative of finite differences. [testing.cases]',
  );
  expect(messageOf(() => opSuite(sine, []))).toContain('received there is none. [testing.cases]');
});

it('a data source without parts is refused', async () => {
  const suite = datasetSuite('empty', () => ({ name: 'empty', load: () => Promise.resolve({} as never) }));
  await expect(runSuite(suite)).rejects.toThrow('load: expected parts train and test, received none. [testing.parts]');
});

it('a suite is closed after its tests, also when one fails', async () => {
  const events: string[] = [];
  const suite = collectSuite(
    'plugin',
    ({ test }) => {
      test('fails', () => {
        throw new RangeError('no');
      });
      test('passes', () => void events.push('passes'));
    },
    { open: async () => void events.push('open'), close: async () => void events.push('close') },
  );
  expect((await runSuite(suite)).passed).toEqual(['passes']);
  expect(events).toEqual(['open', 'passes', 'close']);
});

it('a backend that is a few units in the last place off in sums is accepted', async () => {
  const backend = reference({ precision: 'f32' });
  const [matrix] = primitiveCases('matmul');
  const outcome = await checkCase(
    {
      ...backend,
      async load(graph, store, options) {
        const executable = await backend.load(graph, store, options);
        const run: typeof executable.run = async (inputs) => {
          const results = await executable.run(inputs);
          return { y: { ...results.y, data: results.y.data.map((value) => value * (1 + 8 * 2 ** -23)) } };
        };
        return { report: executable.report, run, dispose: () => executable.dispose() };
      },
    },
    matrix,
  );
  expect(outcome).toBe('compared');
});

it('every primitive has cases, and a gradient where it has a rule', () => {
  for (const op of PRIMITIVE_NAMES) {
    const names = primitiveCases(op).map(({ name }) => name);
    expect(names.length, op).toBeGreaterThan(0);
    expect(new Set(names).size, op).toBe(names.length);
    expect(
      names.some((name) => name.endsWith(', gradient')),
      op,
    ).toBe(gradientRules[op] !== null);
  }
});
