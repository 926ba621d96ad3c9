// A run kernel by kernel does what a run does, and tells times.

import { compile, type TensorData } from '@netwright/compiler';
import { conv2d, gradients, GraphBuilder, mul, relu, sub, sum, tensorType, type Graph } from '@netwright/ir';
import { expect, it } from 'vitest';
import { cpu } from '../src/index.ts';
import { randomValues } from './run-kernels.ts';

const shape = [2, 8, 20, 20];

function step(): Graph {
  const builder = new GraphBuilder();
  const weight = builder.parameter('w', [8, 8, 3, 3]);
  const y = relu(conv2d(builder.input('x', tensorType('f32', shape)), weight, { padding: 1 }));
  const loss = sum(mul(y, y));
  builder.update('w', sub(weight, mul(gradients(loss, [weight])[0], 1e-4)));
  builder.output('loss', loss);
  return builder.finish();
}

it.each([1, 3])('%i threads', async (threads) => {
  const backend = cpu({ target: 'wasm', threads });
  const x: TensorData = { dtype: 'f32', shape, data: randomValues(6400, 1) };
  const w: TensorData = { dtype: 'f32', shape: [8, 8, 3, 3], data: randomValues(576, 2) };
  const weights: TensorData[] = [];
  for (const profiled of [false, true]) {
    const store = await backend.createStore();
    const executable = await compile(step(), backend, { store });
    await store.write('w', w);
    for (let run = 0; run < 2; run += 1) {
      if (!profiled) {
        await executable.run({ x });
        continue;
      }
      const profile = await executable.profile?.({ x });
      const kernels = profile?.kernels ?? [];
      expect(kernels.map(({ name, schedule }) => [name, schedule])).toEqual(
        executable.report.kernels.map(({ name, schedule }) => [name, schedule]),
      );
      expect(kernels.reduce((total, { nanoseconds }) => total + nanoseconds, 0)).toBeGreaterThan(0);
      // At least the forward pass, directly or by minimal filtering; all of it moves at least the image.
      expect(kernels.reduce((total, { flops }) => total + flops, 0)).toBeGreaterThan((2 * 6400 * 72) / 4);
      expect(kernels.reduce((total, { bytes }) => total + bytes, 0)).toBeGreaterThan(4 * 6400);
      expect(profile?.rest.map(({ name }) => name)).toEqual(['copy inputs', 'copy outputs']);
    }
    weights.push(await store.read('w'));
    await executable.dispose();
    await store.dispose();
  }
  expect(weights[1]).toEqual(weights[0]);
  expect(weights[0].data).not.toEqual(w.data);
  await backend.dispose();
});
