// The tiny network of every family on backend-cpu: it learns one batch, and takes the reference's first steps.

import { cpu } from '@netwright/backend-cpu';
import { reference } from '@netwright/backend-reference';
import { BUILT_IN } from '@netwright/cli';
import { lossesOf } from '@netwright/testing';
import { describe, expect, it } from 'vitest';

describe.each(BUILT_IN.architectures.map((architecture) => [architecture.family, architecture] as const))(
  '%s',
  (_, architecture) => {
    const model = architecture('tiny', { classes: 3, imageSize: 16 });
    const lr = 0.05;

    it('a tenth of the loss in 60 steps on one batch', async () => {
      const backend = cpu({ threads: 2 });
      const losses = await lossesOf(model, backend, { steps: 60, lr });
      await backend.dispose();
      expect(losses.at(-1)).toBeLessThan(losses[0] / 10);
      const expected = await lossesOf(model, reference(), { steps: 2, lr });
      expected.forEach((loss, step) => expect(Math.abs(losses[step] - loss)).toBeLessThan(1e-3 * loss));
    });
  },
);
