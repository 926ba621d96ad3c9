// Compiled C against the interpreter.

import type { TensorData } from '@netwright/compiler';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';

import { schedule, type Harness } from '../harness.ts';
import { interpret } from '../interpret.ts';
import {
  convolutionForward,
  convolutionInputGradient,
  convolutionWeightGradient,
  matmulProgram,
  product,
} from '../kernel-samples.ts';
import { missing } from './available.ts';
import { nativeHarness } from './harness.ts';
import { randomValues, relativeError } from '../run-kernels.ts';

const shape = { batch: 2, inChannels: 20, outChannels: 41, size: 9, filter: 3, padding: 1 };
const pointwise = { batch: 2, inChannels: 37, outChannels: 64, size: 7, filter: 1, stride: 1, padding: 0 };
const programs = {
  matmul: matmulProgram(67, 130, 45),
  'matmul of few rows': matmulProgram(3, 200, 96),
  forward: convolutionForward({ ...shape, stride: 1 }),
  'forward, stride 2': convolutionForward({ ...shape, stride: 2 }),
  'forward, 1x1': convolutionForward(pointwise),
  'input gradient, stride 2': convolutionInputGradient({ ...shape, stride: 2 }),
  'weight gradient': convolutionWeightGradient({ ...shape, stride: 1 }),
  'weight gradient, stride 2': convolutionWeightGradient({ ...shape, stride: 2 }),
};

const harnesses: Harness[] = [];
afterEach(() => {
  for (const harness of harnesses.splice(0)) harness.dispose();
});

async function runProgram(
  harness: Harness,
  program: (typeof programs)['matmul'],
  contents: readonly Float64Array[],
): Promise<Readonly<Record<string, TensorData['data']>>> {
  harnesses.push(harness);
  const executable = await harness.load(schedule(program));
  const inputs: Record<string, TensorData> = {};
  for (const { role, id, shape: of } of program.buffers) {
    const tensor = { dtype: 'f32', shape: of, data: Float32Array.from(contents[id] ?? []) } as const;
    if (role.kind === 'input') inputs[role.name] = tensor;
    if (role.kind === 'persistent') await harness.store.write(role.name, tensor);
  }
  const outputs = await executable.run(inputs);
  const results = Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data]));
  for (const { name } of harness.store.entries) results[name] = (await harness.store.read(name)).data;
  return results;
}

/** Vectors of each of these lengths, and the same bits on 1, 2 and 3 threads. */
export function testKernels(lengths: readonly number[]): void {
  if (missing !== undefined) {
    const count = (lengths.length + 1) * Object.keys(programs).length;
    test(`is not run, ${missing}: ${String(count)} cases`, () => expect(missing).not.toBe(''));
    return;
  }
  describe.each(Object.entries(programs))('%s', (_, program) => {
    const contents = program.buffers.map(({ shape: of }, i) => Float64Array.from(randomValues(product(of), i + 1)));
    const expected = contents.map((values) => Float64Array.from(values));
    beforeAll(() => interpret(program, expected));

    test.each(lengths)('vectors of %i', async (lanes) => {
      const received = await runProgram(nativeHarness(1, lanes), program, contents);
      let compared = 0;
      for (const { role, id } of program.buffers) {
        const name = role.kind === 'output' ? role.names[0] : role.kind === 'persistent' ? role.name : '';
        if (name === undefined || !(name in received)) continue;
        expect(relativeError(received[name] ?? [], expected[id] ?? [])).toBeLessThan(2e-6);
        compared += 1;
      }
      expect(compared).toBeGreaterThan(0);
    });

    test('the same bits on 1, 2 and 3 threads', async () => {
      const [one, ...others] = await Promise.all(
        [1, 2, 3].map((threads) => runProgram(nativeHarness(threads, lengths[0]), program, contents)),
      );
      for (const other of others) expect(other).toEqual(one);
    });
  });
}
