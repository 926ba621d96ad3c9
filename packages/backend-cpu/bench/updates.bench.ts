// AdamW over the 25.6 million parameters of a ResNet-50, against a plain copy of as many bytes. Gradients lie in the store, so that a run moves nothing
// to and from the host. Rounds are interleaved, so that a slow minute of the machine hurts both alike.

import { compile } from '@netwright/compiler';
import { add, div, GraphBuilder, mul, pow, sqrt, sub, tensorType, type Graph } from '@netwright/ir';
import { test } from 'vitest';

import { cpu } from '../src/index.ts';
import { randomValues } from '../test/run-kernels.ts';

const arrays = 53;
const elements = 25_557_032;
const rounds = 9;
/** Parameter, gradient and two moments are read; parameter and moments are written. */
const bytes = 4 * elements * (4 + 3);

function sizeOf(array: number): number {
  return Math.floor(((array + 1) * elements) / arrays) - Math.floor((array * elements) / arrays);
}

function updateGraph(): Graph {
  const builder = new GraphBuilder();
  const scalar = tensorType('f32', []);
  const [lr, beta1, beta2, eps, decay, step] = ['lr', 'beta1', 'beta2', 'eps', 'decay', 'step'].map((name) =>
    builder.input(name, scalar),
  );
  for (let array = 0; array < arrays; array += 1) {
    const type = tensorType('f32', [sizeOf(array)]);
    const param = builder.parameter(`p${array}`, type.shape);
    const [grad, first, second] = ['g', 'm', 'v'].map((name) => builder.state(`${name}${array}`, type));
    const m = add(mul(first, beta1), mul(grad, sub(1, beta1)));
    const v = add(mul(second, beta2), mul(mul(grad, grad), sub(1, beta2)));
    const root = add(div(sqrt(v), sqrt(sub(1, pow(beta2, step)))), eps);
    const rate = div(lr, sub(1, pow(beta1, step)));
    builder.update(`p${array}`, sub(mul(param, sub(1, mul(lr, decay))), mul(rate, div(m, root))));
    builder.update(`m${array}`, m);
    builder.update(`v${array}`, v);
  }
  return builder.finish();
}

test.each([1, 2])('AdamW, %i threads', async (threads) => {
  const backend = cpu({ threads });
  const store = await backend.createStore();
  const executable = await compile(updateGraph(), backend, { store });
  for (let array = 0; array < arrays; array += 1) {
    const shape = [sizeOf(array)];
    for (const name of ['p', 'g'])
      await store.write(`${name}${array}`, { dtype: 'f32', shape, data: randomValues(sizeOf(array), array + 1) });
  }
  const values = { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, decay: 1e-2, step: 1 };
  const inputs = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      { dtype: 'f32' as const, shape: [], data: Float32Array.of(value) },
    ]),
  );
  // A copy reads and writes each of its bytes once.
  const source = new Float32Array(bytes / 8).fill(1);
  const target = new Float32Array(bytes / 8);
  const times: Record<'update' | 'copy', number[]> = { update: [], copy: [] };
  for (let round = 0; round < rounds + 2; round += 1) {
    let start = performance.now();
    await executable.run(inputs);
    const update = performance.now() - start;
    start = performance.now();
    target.set(source);
    const copy = performance.now() - start;
    if (round < 2) continue;
    times.update.push(update);
    times.copy.push(copy);
  }
  const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? NaN;
  const [update, copy] = [median(times.update), median(times.copy)];
  const speed = (milliseconds: number): string => `${(bytes / milliseconds / 1e6).toFixed(1)} GB/s`;
  process.stdout.write(
    `${backend.target}: update ${update.toFixed(1)} ms (${speed(update)}), copy in one thread ${copy.toFixed(1)} ms (${speed(copy)}), ` +
      `ratio ${(update / copy).toFixed(2)}; medians of ${String(rounds)} interleaved rounds\n`,
  );
  await executable.dispose();
  await store.dispose();
  await backend.dispose();
});
