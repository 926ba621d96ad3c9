// The length of Adam's first step, through whole training programs. Wrong corrections of the bias are common: multiplied in place of divided they make the first
// step 10 times the learning rate, with the wrong divisor 0.316 times, left out 3.16 times, and with old moments for the biases 0.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resnet } from '@netwright/arch-resnet';
import { cpu } from '@netwright/backend-cpu';
import { reference } from '@netwright/backend-reference';
import type { Backend, TensorData } from '@netwright/compiler';
import { crossEntropy } from '@netwright/ir';
import type { Optimizer } from '@netwright/optim';
import { adam } from '@netwright/optim-adam';
import { adamax } from '@netwright/optim-adamax';
import { adamw } from '@netwright/optim-adamw';
import { sgd } from '@netwright/optim-sgd';
import { createTrainer } from '@netwright/train';

const lr = 1 / 128;
const model = resnet('tiny', { imageSize: 8, channels: 1, classes: 3 });

function batch(): { readonly images: Float32Array; readonly labels: Int32Array } {
  const images = Float32Array.from({ length: 6 * 64 }, (_, i) => Math.sin(i * i * 0.013) + ((i >> 6) % 3) / 2);
  return { images, labels: Int32Array.from({ length: 6 }, (_, i) => i % 3) };
}

/** Change of every parameter in the first step. */
async function firstStep(
  backend: Backend,
  optimizer: Optimizer,
  accumulate = 1,
): Promise<Readonly<Record<string, readonly number[]>>> {
  const trainer = await createTrainer({ model, backend, optimizer, loss: crossEntropy(), accumulate });
  try {
    const before = await trainer.snapshot();
    await trainer.step(batch());
    const after = await trainer.snapshot();
    const data = (entries: ReadonlyMap<string, TensorData>, name: string): TensorData['data'] =>
      entries.get(name)?.data ?? Float32Array.of();
    return Object.fromEntries(
      Object.keys(trainer.graph.parameters).map((name) => {
        const old = data(before, name);
        return [name, Array.from(data(after, name), (value, i) => value - old[i])];
      }),
    );
  } finally {
    await trainer.dispose();
  }
}

const OPTIMIZERS: Readonly<Record<string, Optimizer>> = {
  adam: adam({ lr }),
  adamw: adamw({ lr, weightDecay: 0 }),
  'adam with amsgrad': adam({ lr, amsgrad: true }),
  'adam with eps before the correction': adam({ lr, epsPlacement: 'hat', eps: 1e-12 }),
  'adam with eps inside the root': adam({ lr, epsPlacement: 'inside', eps: 1e-12 }),
  adamax: adamax({ lr }),
};

describe.each<readonly [name: string, open: () => Backend, optimizers: readonly string[], accumulate: number]>([
  ['reference:f64', () => reference(), ['adam', 'adamw'], 1],
  ['cpu', () => cpu({ threads: 1 }), Object.keys(OPTIMIZERS), 1],
  ['cpu, accumulated', () => cpu({ threads: 1 }), ['adam'], 3],
])('on %s', (_, open, optimizers, accumulate) => {
  let backend: Backend;
  let gradients: Readonly<Record<string, readonly number[]>>;
  beforeAll(async () => {
    backend = open();
    gradients = await firstStep(backend, sgd({ lr: 1 }), accumulate);
  });
  afterAll(() => backend.dispose());

  it.each(optimizers)(
    'the first step of %s is as long as the learning rate, for weights and biases alike',
    async (name) => {
      const steps = await firstStep(backend, OPTIMIZERS[name], accumulate);
      let biases = 0;
      for (const [parameter, changes] of Object.entries(steps)) {
        // Where the gradient is near eps or rounding noise, the step is shorter, and rightly so.
        const large = changes.flatMap((change, i) => {
          const gradient = gradients[parameter][i];
          return Math.abs(gradient) > 1e-3 ? [{ change, sign: Math.sign(gradient) }] : [];
        });
        for (const { change, sign } of large) expect(Math.abs(change - sign * lr), parameter).toBeLessThan(lr * 1e-3);
        for (const change of changes) expect(Math.abs(change), parameter).toBeLessThan(lr * 1.001);
        if (parameter.endsWith('bias')) biases += large.length;
      }
      expect(biases).toBeGreaterThan(10);
      expect(steps['fc.bias'].map(Math.abs).every((length) => length > lr * 0.999)).toBe(true);
    },
  );
});
