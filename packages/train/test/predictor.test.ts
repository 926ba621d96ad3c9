// A model for inference alone: what it gives, and what it refuses.

import { crossEntropy, inferenceMode } from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import { createPredictor } from '../src/index.ts';
import { messageOf } from './error.ts';
import { batchOf, f32, momentum, small, withTrainer } from './small-runs.ts';

const model = small('tiny');
const graph = inferenceMode.run(model.build());

describe('createPredictor', () => {
  it('predicts and measures as the trainer that the weights come from, for any batch size', async () => {
    await withTrainer({ optimizer: momentum() }, async (trainer) => {
      const entries = await trainer.snapshot();
      const predictor = await createPredictor({ model, graph, backend: f32(), entries, loss: crossEntropy() });
      for (const count of [4, 1, 4]) {
        const batch = await batchOf(count);
        expect(Array.from(await predictor.predict(batch.images))).toEqual(
          Array.from(await trainer.predict(batch.images)),
        );
        expect(await predictor.evaluate(batch)).toEqual(await trainer.evaluate(batch));
      }
      await predictor.dispose();
    });
  });

  it('needs every parameter and statistic, and a loss to measure', async () => {
    await withTrainer({}, async (trainer) => {
      const entries = await trainer.snapshot();
      const some = new Map([...entries].filter(([name]) => name !== 'fc.bias'));
      expect(await messageOf(() => createPredictor({ model, graph, backend: f32(), entries: some }))).toBe(
        'createPredictor (fc.bias): expected a value for every parameter and statistic, received none. [predictor.entries]',
      );
      const predictor = await createPredictor({ model, graph, backend: f32(), entries });
      const batch = await batchOf(2);
      expect(await messageOf(() => predictor.evaluate(batch))).toBe(
        'evaluate (tiny): expected a predictor made with a loss, received none. Hint: pass loss to createPredictor [predictor.loss]',
      );
      await predictor.dispose();
    });
  });
});
