// The tiny network of every family on gpu.js: forward and one step of training, as the reference takes it.

import { gpujs } from '@netwright/backend-gpujs';
import { reference } from '@netwright/backend-reference';
import { BUILT_IN } from '@netwright/cli';
import { lossesOf } from '@netwright/testing';
import { afterAll, expect, it } from 'vitest';

const backend = gpujs({ mode: 'webasm' });
afterAll(() => backend.dispose());

it.each(BUILT_IN.architectures.map((architecture) => [architecture.family, architecture] as const))(
  '%s: the loss before and after one step',
  async (_, architecture) => {
    const model = architecture('tiny', { classes: 3, imageSize: 16 });
    const options = { steps: 1, lr: 0.05 };
    const expected = await lossesOf(model, reference(), options);
    const received = await lossesOf(model, backend, options);
    expect(received).toHaveLength(2);
    expect(Math.abs(expected[1] - expected[0])).toBeGreaterThan(1e-3);
    expected.forEach((loss, step) => expect(Math.abs(received[step] - loss)).toBeLessThan(1e-3 * loss));
  },
);
