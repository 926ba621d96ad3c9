// Two thousand steps of training take no more memory than the hundreds before: heap, process and handles.

import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gpujs } from '@netwright/backend-gpujs';
import { crossEntropy } from '@netwright/ir';
import { momentum } from '@netwright/optim-momentum';
import { createTrainer, type Batch } from '@netwright/train';
import { expect, it } from 'vitest';
import { digitNetwork } from './gpujs-mnist.ts';

const STEPS = 2000;
/** Steps before the first measurement: memory of the first calls is not given back at once. */
const WARM = 400;
const EVERY = 50;
/** Measurements of which the least counts: what is really held. */
const WINDOW = 8;
const GROWTH = 1.02;

interface Sample {
  readonly heap: number;
  readonly process: number;
  readonly handles: number;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const SIZE = 8;
const batch: Batch = {
  images: Float32Array.from({ length: SIZE * 28 * 28 }, (_, at) => Math.abs(Math.sin(at * 12.9898))),
  labels: Int32Array.from({ length: SIZE }, (_, at) => at),
};

it.each(['webasm', 'cpu'] as const)('in the mode %s', async (mode) => {
  const backend = gpujs({ mode });
  const trainer = await createTrainer({
    model: digitNetwork('lenet5'),
    backend,
    optimizer: momentum({ lr: 0.001, momentum: 0.9 }),
    loss: crossEntropy(),
    seed: 7,
  });
  const samples: Sample[] = [];
  for (let step = 1; step <= WARM + STEPS; step++) {
    await trainer.step(batch);
    if (step < WARM || step % EVERY > 0) continue;
    // Memory of arrays is given back after the collection that finds them dead.
    collect();
    await setImmediate();
    collect();
    const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
    samples.push({ heap: heapUsed + arrayBuffers, process: rss, handles: backend.usage().handles });
  }
  const growth = (what: keyof Sample): { readonly first: number; readonly second: number } => {
    const middle = (samples.length - WINDOW) >> 1;
    const [before, between, after] = [
      samples.slice(0, WINDOW),
      samples.slice(middle, middle + WINDOW),
      samples.slice(-WINDOW),
    ].map((part) => Math.min(...part.map((sample) => sample[what])));
    process.stdout.write(
      `${mode}, ${what}: ${String(before)}, ${String(between)} and ${String(after)} in ${String(STEPS)} steps\n`,
    );
    return { first: between / before, second: after / between };
  };
  for (const what of ['heap', 'handles'] as const) {
    const { first, second } = growth(what);
    expect(first * second).toBeLessThan(GROWTH);
  }
  // V8 enlarges its spaces once, at a time of its own; what is lost in every step makes both halves grow.
  const { first, second } = growth('process');
  expect(Math.min(first, second)).toBeLessThan(Math.sqrt(GROWTH));
  await trainer.dispose();
  expect(backend.usage().handles).toBe(0);
  await backend.dispose();
});
