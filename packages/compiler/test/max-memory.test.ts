// Programs within a limit of memory: the same bits from less, or an error that names the least.

import {
  add,
  conv2d,
  dropout,
  gradients,
  GraphBuilder,
  mul,
  relu,
  sub,
  sum,
  tensorType,
  type Graph,
  type NetwrightError,
  type Tensor,
} from '@netwright/ir';
import { expect, it } from 'vitest';
import { compile } from '../src/compile.ts';
import type { CompileReport, TensorData } from '../src/backend.ts';
import { interpreterBackend, limitedBackend } from '../src/interpreter/index.ts';
import { parseBytes } from '../src/memory-limit.ts';
import { placeBlocks, type Block } from '../src/planning/arena.ts';
import { drawNormal, uniformSource } from './sample-programs.ts';

const image = [2, 4, 6, 6];

/** Six convolutions with scaled activations and masks; one step of gradient descent on the sum of the last. */
function trainingStep(): Graph {
  const builder = new GraphBuilder();
  let x: Tensor = builder.input('x', tensorType('f32', image));
  const weights: Tensor[] = [];
  for (let layer = 0; layer < 6; layer++) {
    const weight = builder.parameter(`w${String(layer)}`, [4, 4, 3, 3]);
    weights.push(weight);
    const y = conv2d(x, weight, { padding: 1 });
    const activated = relu(add(mul(y, mul(y, 0.1)), y));
    x = layer % 2 === 0 ? activated : dropout(activated, { p: 0.25 });
  }
  const loss = sum(mul(x, x));
  gradients(loss, weights).forEach((grad, at) => builder.update(`w${String(at)}`, sub(weights[at], mul(grad, 1e-3))));
  builder.output('loss', loss);
  return builder.finish();
}

interface Run {
  readonly report: CompileReport;
  readonly values: readonly TensorData[];
}

async function run(backend: ReturnType<typeof interpreterBackend>, maxMemory?: number | string): Promise<Run> {
  const uniform = uniformSource(5);
  const store = await backend.createStore();
  const graph = trainingStep();
  const executable = await compile(graph, backend, { store, ...(maxMemory === undefined ? {} : { maxMemory }) });
  for (const { name } of store.entries) {
    const data = Float32Array.from(drawNormal(144, uniform), (value) => value / 4);
    await store.write(name, { dtype: 'f32', shape: [4, 4, 3, 3], data });
  }
  const x = { dtype: 'f32', shape: image, data: Float32Array.from(drawNormal(288, uniform)) } as const;
  const values: TensorData[] = [];
  for (let step = 0; step < 2; step++) {
    const seed = { dtype: 'i32', shape: [], data: Int32Array.of(7) } as const;
    const at = { dtype: 'i32', shape: [], data: Int32Array.of(step) } as const;
    values.push(...Object.values(await executable.run({ x, $seed: seed, $step: at })));
  }
  for (const { name } of store.entries) values.push(await store.read(name));
  return { report: executable.report, values };
}

const total = ({ persistentBytes, arenaBytes, peakBytes }: CompileReport): number =>
  persistentBytes + Math.max(arenaBytes, peakBytes);

it.each([
  ['an arena', () => interpreterBackend({ precision: 'f32' })],
  ['handles', () => limitedBackend()],
])('values are computed again to fit, bits unchanged: %s', async (_, make) => {
  const free = await run(make());
  const limit = Math.floor(total(free.report) * 0.75);
  const limited = await run(make(), limit);
  expect(total(limited.report)).toBeLessThanOrEqual(limit);
  expect(limited.report.kernels.length).toBeGreaterThan(free.report.kernels.length);
  expect(limited.report.kernels.some(({ name }) => name.includes('/again'))).toBe(true);
  expect(limited.values).toEqual(free.values);
  const roomy = await run(make(), total(free.report));
  expect(roomy.report.kernels.map(({ name }) => name)).toEqual(free.report.kernels.map(({ name }) => name));
});

it('what cannot fit is refused with the least that can', async () => {
  const refusal: unknown = await run(interpreterBackend(), '4KB').catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: 'compile.memory', expected: 'a program within 4.0KB' });
  const { received, hint } = refusal as NetwrightError;
  const [, least = ''] =
    /^one of at least (\d+\.\dKB), 3\.5KB of them parameters and state$/.exec(received ?? '') ?? [];
  expect(hint).toBe(`raise maxMemory to ${least}, or use a smaller batch`);
  const { report } = await run(interpreterBackend(), least);
  expect(total(report)).toBeLessThanOrEqual(parseBytes(least));
});

it.each([
  ['512MB', 512e6],
  ['1.5 GiB', 1.5 * 2 ** 30],
  ['64kib', 65536],
  ['800', 800],
  [4096, 4096],
])('%s is %d bytes', (text, bytes) => {
  expect(parseBytes(text)).toBe(bytes);
});

it.each(['', 'much', '5 parsecs', '-1MB', '0', 0.5, NaN, Infinity])('%j is no limit', async (maxMemory) => {
  const failure = compile(trainingStep(), interpreterBackend(), { maxMemory });
  await expect(failure).rejects.toMatchObject({
    code: 'compile.maxMemory',
    message: expect.stringContaining('bytes as a number, or a text such as 512MB or 1.5GiB') as string,
  });
});

it('blocks are placed close to what lives at once', () => {
  const uniform = uniformSource(3);
  for (let round = 0; round < 20; round++) {
    const blocks = Array.from({ length: 60 }, (): Block => {
      const first = Math.floor(uniform() * 100);
      return { bytes: 64 * Math.ceil(uniform() * 100), first, last: first + Math.floor(uniform() * 30) };
    });
    const { offsets, bytes } = placeBlocks(blocks);
    let peak = 0;
    for (let at = 0; at < 140; at++) {
      const alive = blocks
        .map((_, index) => index)
        .filter((index) => blocks[index].first <= at && at <= blocks[index].last);
      peak = Math.max(
        peak,
        alive.reduce((sum, index) => sum + blocks[index].bytes, 0),
      );
      const sorted = alive.sort((a, b) => offsets[a] - offsets[b]);
      sorted.slice(1).forEach((index, before) => {
        expect(offsets[index]).toBeGreaterThanOrEqual(offsets[sorted[before]] + blocks[sorted[before]].bytes);
      });
    }
    expect(bytes).toBeLessThanOrEqual(1.12 * peak);
  }
});
