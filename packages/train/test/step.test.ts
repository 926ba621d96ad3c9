// One update: which parameters it reaches, by how much, and what it does with bad values.

import { describe, expect, it } from 'vitest';
import type { TensorData } from '@netwright/compiler';
import { messageOf } from './error.ts';
import { batchOf, descent, largestDifference, lookAhead, momentum, plain, small, withTrainer } from './small-runs.ts';

type Entries = ReadonlyMap<string, TensorData>;

/** Change of every trained parameter in one step. */
async function changes(options: Parameters<typeof withTrainer>[0]): Promise<Readonly<Record<string, number[]>>> {
  return withTrainer({ optimizer: descent({ lr: 0.5 }), ...options }, async (trainer) => {
    const before = await trainer.snapshot();
    await trainer.step(await batchOf(6));
    const after = await trainer.snapshot();
    return Object.fromEntries(
      Object.keys(trainer.graph.parameters).map((name) => {
        const old = dataOf(before, name);
        return [name, Array.from(dataOf(after, name), (value, index) => value - old[index])];
      }),
    );
  });
}

function dataOf(entries: Entries, name: string): TensorData['data'] {
  return entries.get(name)?.data ?? Float32Array.of();
}

function norm(values: Readonly<Record<string, number[]>>): number {
  return Math.sqrt(Object.values(values).reduce((sum, list) => list.reduce((s, v) => s + v * v, sum), 0));
}

function expectClose(a: readonly number[], b: readonly number[], factor: number): void {
  expect(a.length).toBe(b.length);
  a.forEach((value, index) => expect(value).toBeCloseTo(factor * b[index], 5));
}

describe('step', () => {
  it('decays weights, and neither norms nor biases', async () => {
    const without = await changes({});
    const decayed = await changes({ optimizer: descent({ lr: 0.5, weightDecay: 0.3 }) });
    const start = await withTrainer({}, (trainer) => trainer.snapshot());
    for (const [name, change] of Object.entries(decayed)) {
      const weights = name === 'fc.weight' || name.endsWith('conv.weight');
      const expected = without[name].map((value, i) => value - (weights ? 0.5 * 0.3 * dataOf(start, name)[i] : 0));
      expectClose(change, expected, 1);
    }
    expect(decayed['fc.weight']).not.toEqual(without['fc.weight']);
    expect(decayed['stem.bn.weight']).toEqual(without['stem.bn.weight']);
    expect(decayed['fc.bias']).toEqual(without['fc.bias']);
  });

  it('decays everything alike when no group says otherwise', async () => {
    const optimizer = descent({ lr: 0.5, weightDecay: 0.3 });
    const grouped = await changes({ optimizer });
    const alike = await changes({ optimizer, groups: {} });
    expect(alike['fc.weight']).toEqual(grouped['fc.weight']);
    expectClose(
      alike['stem.bn.weight'],
      grouped['stem.bn.weight'].map((value) => value - 0.15),
      1,
    );
  });

  it('clips by the global norm, keeping the direction, and reports the norm before', async () => {
    const free = await changes({});
    const gradientNorm = norm(free) / 0.5;
    const clipped = await changes({ clipNorm: gradientNorm / 4 });
    for (const name of Object.keys(free)) expectClose(clipped[name], free[name], 1 / 4);
    expect(await changes({ clipNorm: gradientNorm * 2 })).toEqual(free);
    const reported = await withTrainer({ clipNorm: 1e-3 }, async (trainer) => trainer.step(await batchOf(6)));
    expect(reported.gradientNorm).toBeCloseTo(gradientNorm, 4);
  });

  it('clips by value', async () => {
    const free = await changes({});
    const limit = 0.01;
    const clipped = await changes({ clipValue: limit });
    for (const [name, list] of Object.entries(free))
      expectClose(
        clipped[name],
        list.map((value) => Math.min(Math.max(value, -limit / 2), limit / 2)),
        1,
      );
  });

  it('scales the learning rate of single parameters', async () => {
    const free = await changes({});
    const scaled = await changes({ lrScale: (name) => (name === 'fc.weight' ? 0.25 : 1) });
    expectClose(scaled['fc.weight'], free['fc.weight'], 0.25);
    expect(scaled['stem.conv.weight']).toEqual(free['stem.conv.weight']);
  });

  it('takes hyper-parameters of the step in place of the optimizer’s', async () => {
    const free = await changes({});
    const stepped = await withTrainer({ optimizer: descent({ lr: 100 }) }, async (trainer) => {
      const before = await trainer.snapshot();
      await trainer.step(await batchOf(6), { lr: 0.5 });
      return Array.from(
        await trainer.store.read('fc.weight').then(({ data }) => data),
        (v, i) => v - dataOf(before, 'fc.weight')[i],
      );
    });
    expect(stepped).toEqual(free['fc.weight']);
  });

  it('refuses hyper-parameters that the optimizer does not have', async () => {
    await withTrainer({ optimizer: descent() }, async (trainer) => {
      const batch = await batchOf(6);
      expect(await messageOf(() => trainer.step(batch, { lr: 0.1, momentum: 0.9 }))).toBe(
        'step (descent): expected hyper-parameters among lr, weightDecay, received momentum. Hint: the schedule must fit the optimizer [train.hyper]',
      );
      expect(trainer.steps).toBe(0);
    });
  });

  it('takes another momentum at once', async () => {
    const after = (hyper: Readonly<Record<string, number>>): Promise<number[]> =>
      withTrainer({ optimizer: momentum({ momentum: 0.5 }) }, async (trainer) => {
        await trainer.step(await batchOf(6));
        await trainer.step(await batchOf(6), hyper);
        return [...(await trainer.store.read('fc.weight')).data];
      });
    const [kept, none] = [await after({}), await after({ momentum: 0 })];
    expect(await after({ momentum: 0.5 })).toEqual(kept);
    expect(none).not.toEqual(kept);
  });

  it.each([1, 3])(
    'looks ahead (%i micro-batches): the gradient is that of the point where momentum leads',
    async (accumulate) => {
      const model = small('tiny', { norm: false });
      await withTrainer({ model, optimizer: lookAhead(), accumulate }, async (trainer) => {
        const [first, second] = [await batchOf(6), await batchOf(6, 5)];
        await trainer.step(first);
        const before = await trainer.snapshot();
        const { loss } = await trainer.step(second);
        const names = Object.keys(trainer.graph.parameters);
        const ahead = new Map<string, TensorData>();
        for (const name of names) {
          const [param, velocity] = [dataOf(before, name), dataOf(before, `optimizer/velocity/${name}`)];
          const { shape } = trainer.graph.parameters[name].type;
          ahead.set(name, {
            dtype: 'f32',
            shape: shape.map(Number),
            data: Float32Array.from(param, (p, i) => p + 0.9 * velocity[i]),
          });
        }
        const gradient = await withTrainer({ model, optimizer: descent({ lr: 1 }) }, async (plainTrainer) => {
          await plainTrainer.restore(ahead);
          expect((await plainTrainer.step(second)).loss).toBeCloseTo(loss, 5);
          return plainTrainer.snapshot();
        });
        for (const name of names) {
          const velocity = dataOf(before, `optimizer/velocity/${name}`);
          const g = Array.from(dataOf(gradient, name), (value, i) => dataOf(ahead, name)[i] - value);
          const expected = Array.from(dataOf(before, name), (param, i) => param + 0.9 * velocity[i] - 0.1 * g[i]);
          expectClose([...(await trainer.store.read(name)).data], expected, 1);
        }
      });
    },
  );

  it('keeps running statistics and counts batches', async () => {
    await withTrainer({}, async (trainer) => {
      const before = await trainer.snapshot();
      await trainer.step(await batchOf(6));
      await trainer.step(await batchOf(6, 9));
      const after = await trainer.snapshot();
      expect(Array.from(dataOf(after, 'stem.bn.num_batches_tracked'))).toEqual([2]);
      expect(dataOf(after, 'stem.bn.running_mean')).not.toEqual(dataOf(before, 'stem.bn.running_mean'));
      expect(trainer.steps).toBe(2);
    });
  });
});

describe('accumulation', () => {
  it.each([2, 3, 4, 7])('%i micro-batches of a batch of 7 update as the whole batch does', async (accumulate) => {
    const run = (count: number): Promise<{ entries: Entries; loss: number; logits: number[]; gradientNorm: number }> =>
      withTrainer({ model: small('tiny', { norm: false }), accumulate: count, clipNorm: 0.2 }, async (trainer) => {
        await trainer.step(await batchOf(7));
        const { loss, logits, gradientNorm } = await trainer.step(await batchOf(7, 4));
        const wanted = Object.keys(trainer.graph.parameters);
        const entries = await trainer.snapshot();
        return {
          entries: new Map([...entries].filter(([name]) => wanted.includes(name))),
          loss,
          logits: [...logits],
          gradientNorm,
        };
      });
    const [whole, cut] = [await run(1), await run(accumulate)];
    expect(largestDifference(whole.entries, cut.entries)).toBeLessThan(1e-6);
    expect(cut.loss).toBeCloseTo(whole.loss, 6);
    expect(cut.gradientNorm).toBeCloseTo(whole.gradientNorm, 5);
    expectClose(cut.logits, whole.logits, 1);
  });
});

describe('a batch that is not finite', () => {
  it.each([1, 2])('changes nothing (%i micro-batches), and the error says where', async (accumulate) => {
    await withTrainer({ accumulate }, async (trainer) => {
      await trainer.step(await batchOf(6));
      const kept = (entries: Entries): Readonly<Record<string, unknown>> =>
        plain(new Map([...entries].filter(([name]) => !/^(accumulated|backup)\//.test(name))));
      const before = kept(await trainer.snapshot());
      const bad = await batchOf(6, 3);
      bad.images[5 * 64 + 7] = NaN;
      const message = await messageOf(() => trainer.step(bad));
      expect(message).toBe(
        'input: expected a finite loss and gradient, received loss NaN, gradient norm NaN in step 2; ' +
          'the first bad value is input in the outermost scope (1 elements); parameters and state are as before the step. ' +
          'Hint: lower the learning rate, clip the gradient (clipNorm), or look at the batch for NaN [train.nonFinite]',
      );
      expect(kept(await trainer.snapshot())).toEqual(before);
      expect(trainer.steps).toBe(1);
      await trainer.step(await batchOf(6));
      expect(trainer.steps).toBe(2);
    });
  });

  it.each([
    ['stem.conv.weight', 'parameter in stem.conv (1 elements)'],
    ['block.bn.bias', 'parameter in block.bn (1 elements)'],
  ])('names a parameter that went bad: %s', async (name, place) => {
    await withTrainer({}, async (trainer) => {
      const tensor = await trainer.store.read(name);
      tensor.data[2] = Infinity;
      await trainer.store.write(name, tensor);
      expect(await messageOf(async () => trainer.step(await batchOf(6)))).toContain(`the first bad value is ${place}`);
    });
  });

  it('also when single values are finite and the gradient overflows', async () => {
    await withTrainer({ model: small('tiny', { norm: false }) }, async (trainer) => {
      const before = plain(await trainer.snapshot());
      const bad = await batchOf(6);
      bad.images.fill(1e38);
      expect(await messageOf(() => trainer.step(bad))).toContain('[train.nonFinite]');
      expect(plain(await trainer.snapshot())).toEqual(before);
    });
  });
});

describe('intermediate', () => {
  it('gives the value at the end of a scope', async () => {
    await withTrainer({ optimizer: momentum() }, async (trainer) => {
      const { images } = await batchOf(4);
      const logits = await trainer.predict(images);
      const last = await trainer.intermediate('fc', images);
      expect(last.shape).toEqual([4, 3]);
      expect(Array.from(last.data)).toEqual(Array.from(logits));
      expect((await trainer.intermediate('stem.conv', images)).shape).toEqual([4, 4, 8, 8]);
    });
  });

  it('refuses scopes that do not exist, and images of another size', async () => {
    await withTrainer({}, async (trainer) => {
      const { images } = await batchOf(1);
      expect(await messageOf(() => trainer.intermediate('stem.cnov', images))).toBe(
        'intermediate (stem.cnov): expected the scope of a node that inference computes, received stem.cnov. Hint: netwright summary lists the scopes of a model [train.scope]',
      );
      expect(await messageOf(() => trainer.predict(images.subarray(1)))).toBe(
        'tiny (image): expected images of 1 x 8 x 8 = 64 numbers each, received 63 numbers. Hint: resize the images, or build the model with another imageSize [train.images]',
      );
    });
  });
});
