// The moving average of weights: what it is, which weights are used, and that it survives a checkpoint.

import { describe, expect, it } from 'vitest';
import type { TensorData } from '@netwright/compiler';
import { oneCycle } from '@netwright/optim';
import { deserializeCheckpoint, serializeCheckpoint, type EmaOptions } from '../src/index.ts';
import { messageOf } from './error.ts';
import { batchOf, MemoryStorage, plain, small, trainSmall, withTrainer } from './small-runs.ts';

type Entries = ReadonlyMap<string, TensorData>;

const AVERAGED = ['fc.weight', 'fc.bias', 'stem.bn.weight', 'stem.bn.running_mean', 'stem.conv.weight'];

function values(entries: Entries, name: string): readonly number[] {
  const tensor = entries.get(name);
  if (tensor === undefined) throw new RangeError(`there is no ${name}`);
  return [...tensor.data];
}

/** Snapshots before the first and after each of `steps` steps. */
async function snapshots(ema: EmaOptions, steps: number, accumulate = 1): Promise<readonly Entries[]> {
  return withTrainer({ ema, accumulate }, async (trainer) => {
    const taken: Entries[] = [await trainer.snapshot()];
    for (let step = 0; step < steps; step++) {
      await trainer.step(await batchOf(6, step + 1));
      taken.push(await trainer.snapshot());
    }
    return taken;
  });
}

/** The average by its definition, from the weights after each step. */
function averageOf(taken: readonly Entries[], name: string, decayAt: (step: number) => number): readonly number[] {
  return taken
    .slice(1)
    .reduce<readonly number[]>(
      (average, entries, step) =>
        average.map((value, i) => decayAt(step) * value + (1 - decayAt(step)) * values(entries, name)[i]),
      values(taken[0], name),
    );
}

function expectNear(received: readonly number[], expected: readonly number[]): void {
  expect(received.length).toBe(expected.length);
  received.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 6));
}

describe('the average', () => {
  it.each([1, 2])(
    'of weights and running statistics starts from the first weights (%i micro-batches)',
    async (count) => {
      const taken = await snapshots({ decay: 0.7 }, 4, count);
      for (const name of AVERAGED) {
        expectNear(
          values(taken[4], `average/${name}`),
          averageOf(taken, name, () => 0.7),
        );
        expect(values(taken[4], `average/${name}`)).not.toEqual(values(taken[4], name));
      }
      expect([...taken[4].keys()]).not.toContain('average/stem.bn.num_batches_tracked');
    },
  );

  it('can forget the first weights sooner', async () => {
    const taken = await snapshots({ decay: 0.2, warmup: true }, 4);
    for (const name of AVERAGED)
      expectNear(
        values(taken[4], `average/${name}`),
        averageOf(taken, name, (step) => Math.min(0.2, (1 + step) / (10 + step))),
      );
  });

  it('stays where a step is refused', async () => {
    await withTrainer({ ema: { decay: 0.5 } }, async (trainer) => {
      await trainer.step(await batchOf(6));
      const before = plain(await trainer.snapshot());
      const bad = await batchOf(6, 3);
      bad.images[0] = NaN;
      expect(await messageOf(() => trainer.step(bad))).toContain('[train.nonFinite]');
      expect(plain(await trainer.snapshot())).toEqual(before);
    });
  });

  it('leaves frozen parameters out', async () => {
    const trainable = (name: string): boolean => name.startsWith('fc.');
    await withTrainer({ ema: { decay: 0.5 }, trainable }, async (trainer) => {
      const { images } = await batchOf(4);
      expect((await trainer.predict(images)).length).toBe(12);
      const averages = [...(await trainer.snapshot()).keys()].filter((name) => name.startsWith('average/'));
      expect(averages.sort()).toEqual(['average/fc.bias', 'average/fc.weight']);
    });
  });

  it.each([1, -0.1, NaN])('refuses a decay of %d', async (decay) => {
    expect(await messageOf(() => withTrainer({ ema: { decay } }, async () => undefined))).toBe(
      `averageWeights: expected a decay in [0, 1), received ${String(decay)}. Hint: 0.999 averages over about the last 1000 steps [average.decay]`,
    );
  });
});

describe('evaluation', () => {
  it('uses the averages, or on request the current weights', async () => {
    const logits = async (options: Parameters<typeof withTrainer>[0], weights?: Entries): Promise<readonly number[]> =>
      withTrainer(options, async (trainer) => {
        if (weights === undefined) for (const seed of [1, 2, 3]) await trainer.step(await batchOf(6, seed));
        else await trainer.restore(weights);
        const batch = await batchOf(5, 9);
        const { loss, logits: measured } = await trainer.evaluate(batch);
        expect([...(await trainer.predict(batch.images))]).toEqual([...measured]);
        return [loss, ...measured];
      });
    const ema = { decay: 0.6 };
    const [averaged, current] = [await logits({ ema }), await logits({ ema: { ...ema, use: 'current' } })];
    expect(current).toEqual(await logits({}));
    expect(averaged).not.toEqual(current);
    const average = await withTrainer({ ema }, async (trainer) => {
      for (const seed of [1, 2, 3]) await trainer.step(await batchOf(6, seed));
      return trainer.weights();
    });
    expect(await logits({}, average)).toEqual(averaged);
  });
});

describe('a run', () => {
  const ema = { decay: 0.5 };

  it('measures, keeps as best and ends with the averages', async () => {
    const storage = new MemoryStorage();
    const { entries, best, result } = await trainSmall({ ema, storage, checkpointSteps: 6, epochs: 2 });
    const last = storage.checkpoints.at(-1);
    if (last === undefined) throw new RangeError('there is no checkpoint');
    expect(last.state.step).toBe(6);
    expect(values(last.entries, 'fc.weight')).not.toEqual(values(last.entries, 'average/fc.weight'));
    for (const name of AVERAGED) expect(values(entries, name)).toEqual(values(last.entries, `average/${name}`));
    if (result.best?.epoch === 2) expect(values(best ?? new Map(), 'fc.weight')).toEqual(values(entries, 'fc.weight'));
    expect(result.validation).toEqual(result.evaluation?.values);
    const current = await trainSmall({ ema: { ...ema, use: 'current' }, epochs: 2 });
    expect(values(current.entries, 'fc.weight')).toEqual(values(last.entries, 'fc.weight'));
  });

  it('goes on from a checkpoint to the same bytes', async () => {
    const options = { ema, epochs: 2, checkpointSteps: 2, schedule: oneCycle({ maxLr: 0.2 }) } as const;
    const whole = await trainSmall(options);
    const { graph, identity } = await withTrainer({ ema, model: small('tiny') }, async (trainer) => ({
      graph: trainer.graph,
      identity: whole.storage.checkpoints[0].identity,
    }));
    expect(identity).toHaveProperty('ema', '{"decay":0.5}');
    for (const checkpoint of whole.storage.checkpoints) {
      const resume = deserializeCheckpoint(serializeCheckpoint(checkpoint), graph, identity);
      const storage = new MemoryStorage(whole.storage.log.slice(0, checkpoint.state.metricsOffset));
      const resumed = await trainSmall({ ...options, resume, storage });
      expect(plain(resumed.entries)).toEqual(plain(whole.entries));
      expect(plain(resumed.best)).toEqual(plain(whole.best));
    }
  });
});
