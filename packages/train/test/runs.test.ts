// Whole runs: schedules, early stopping, fine-tuning, events, and what ends a run.

import { describe, expect, it } from 'vitest';
import type { TensorData } from '@netwright/compiler';
import { tensorDataset } from '@netwright/data';
import { cosine, warmup } from '@netwright/optim';
import type { TrainEvent } from '../src/index.ts';
import { messageOf } from './error.ts';
import { MemoryStorage, momentum, plain, small, stripes, trainSmall } from './small-runs.ts';

const data = { name: 'stripes', train: stripes(20), validation: stripes(9, 5) };

function linesOf(storage: MemoryStorage, kind: string): readonly Readonly<Record<string, unknown>>[] {
  return storage.lines.filter((line) => line.kind === kind);
}

describe('a run', () => {
  it('follows its schedule after a warm-up', async () => {
    const schedule = warmup({ steps: 2, startFactor: 0.5 }, cosine());
    const { storage } = await trainSmall({ schedule, optimizer: momentum({ lr: 0.2 }) });
    const used = linesOf(storage, 'step').map(({ learningRate }) => Number(learningRate));
    const half = (step: number): number => 0.1 * (1 + Math.cos((Math.PI * step) / 4));
    [0.1, 0.15, half(0), half(1), half(2), half(3)].forEach((expected, step) =>
      expect(used[step]).toBeCloseTo(expected, 10),
    );
    expect(used).toHaveLength(6);
  });

  it('learns', async () => {
    const { result } = await trainSmall({ epochs: 12, data: { ...data, test: stripes(12, 8) } });
    expect(result.test?.accuracy).toBeGreaterThan(0.9);
    expect(result.evaluation?.logits).toHaveLength(36);
    expect(result.best?.epoch).toBeGreaterThan(0);
  });

  it('reports what happens, in order', async () => {
    const events: TrainEvent[] = [];
    await trainSmall({ epochs: 1, checkpointSteps: 2, on: (event) => void events.push(event) });
    expect(events.map(({ kind }) => kind)).toEqual([
      'start',
      'checkpoint',
      'step',
      'step',
      'checkpoint',
      'step',
      'evaluate',
      'epoch',
      'evaluate',
      'end',
    ]);
    const [start] = events;
    expect(start).toMatchObject({ run: 'tiny', epochs: 1, stepsPerEpoch: 3, totalSteps: 3, firstStep: 0 });
  });

  it('counts the samples of the last, smaller batch', async () => {
    const { result, storage } = await trainSmall({ epochs: 1 });
    expect(result.steps).toBe(3);
    const [epoch] = linesOf(storage, 'epoch');
    const steps = linesOf(storage, 'step').map(({ loss }) => Number(loss));
    expect((epoch.train as Record<string, number>).loss).toBeCloseTo(
      (8 * steps[0] + 8 * steps[1] + 4 * steps[2]) / 20,
      12,
    );
  });

  it.each<[string, Parameters<typeof trainSmall>[0], string]>([
    [
      'images of another size',
      { model: small('tiny', { imageSize: 9 }) },
      'train (tiny): expected images of 1 x 9 x 9 in 3 classes, received stripes; stripes has images of 1 x 8 x 8; stripes has images of 1 x 8 x 8. ' +
        'Hint: build the model with the imageSize, channels and classes of the data [train.data]',
    ],
    [
      'more classes than the model has',
      { model: small('tiny', { classes: 2 }), data: { name: 'three', train: stripes(3) } },
      'train (tiny): expected images of 1 x 8 x 8 in 2 classes, received three; stripes has 3 classes. ' +
        'Hint: build the model with the imageSize, channels and classes of the data [train.data]',
    ],
    [
      'no data',
      { data: { name: 'nothing', train: stripes(0) } },
      'train (tiny): expected images of 1 x 8 x 8 in 3 classes, received nothing; the training data is empty. ' +
        'Hint: build the model with the imageSize, channels and classes of the data [train.data]',
    ],
    [
      'an unknown metric',
      { earlyStopping: { metric: 'f1', patience: 1 } },
      'train: expected one of loss, accuracy, received f1. Hint: add the metric to metrics [train.metric]',
    ],
  ])('refuses %s', async (_, options, message) => {
    expect(await messageOf(() => trainSmall(options))).toBe(message);
  });
});

describe('early stopping', () => {
  // The rate grows so that the run gets worse, and stays worse, after its first epochs.
  const diverging = {
    epochs: 30,
    optimizer: momentum({ lr: 1e-2, momentum: 0 }),
    schedule: { name: 'worse', initial: {}, at: ({ step }: { step: number }) => ({ lr: step < 9 ? 1e-2 : 5 }) },
    earlyStopping: { metric: 'loss', patience: 1 },
  };

  it('stops after its patience and ends with the best weights', async () => {
    const events: TrainEvent[] = [];
    const { result, entries, best, storage } = await trainSmall({
      ...diverging,
      on: (event) => void events.push(event),
    });
    const losses = linesOf(storage, 'epoch').map(({ validation }) => (validation as Record<string, number>).loss);
    const lowest = losses.indexOf(Math.min(...losses));
    expect(result.best).toEqual({ epoch: lowest + 1, value: losses[lowest] });
    expect(result.epochs).toBe(lowest + 1 + 2);
    expect(events.find(({ kind }) => kind === 'earlyStop')).toMatchObject({
      epoch: result.epochs,
      bestEpoch: lowest + 1,
      metric: 'loss',
      value: losses[lowest],
    });
    for (const [name, tensor] of best ?? []) expect(entries.get(name)).toEqual(tensor);
    expect(best?.size).toBeGreaterThan(0);
    expect(result.evaluation?.values.loss).toBe(losses[lowest]);
  });

  it('keeps the last weights when told to', async () => {
    const { result, entries, best } = await trainSmall({ ...diverging, restoreBest: false });
    expect(result.epochs).toBeLessThan(30);
    expect(entries.get('fc.weight')).not.toEqual(best?.get('fc.weight'));
  });

  it('stops at the same epoch when it is resumed from the checkpoint of its last one', async () => {
    const whole = await trainSmall({ ...diverging, checkpointSteps: 3 });
    const last = whole.storage.checkpoints.at(-1);
    const storage = new MemoryStorage(whole.storage.log.slice(0, last?.state.metricsOffset));
    const resumed = await trainSmall({
      ...diverging,
      checkpointSteps: 3,
      storage,
      ...(last === undefined ? {} : { resume: last }),
    });
    expect(last?.state.step).toBe(whole.result.steps);
    expect(resumed.result.epochs).toBe(whole.result.epochs);
    expect(plain(resumed.entries)).toEqual(plain(whole.entries));
    expect(resumed.storage.lines).toEqual(whole.storage.lines);
  });

  it('minDelta is the least change that counts', async () => {
    const { result } = await trainSmall({
      epochs: 9,
      earlyStopping: { metric: 'loss', patience: 2, minDelta: 100 },
    });
    expect(result.epochs).toBe(4);
    expect(result.best?.epoch).toBe(1);
  });
});

describe('fine-tuning', () => {
  it('trains a new head on frozen features, and nothing else changes', async () => {
    const { entries: pretrained } = await trainSmall();
    const classes = ['rows', 'columns', 'diagonals', 'none', 'all'];
    const weights = new Map([...pretrained].filter(([name]) => /^(stem|block)\./.test(name)));
    const { entries, storage } = await trainSmall({
      model: small('tiny', { classes: 5 }),
      data: { name: 'five', train: stripes(20, 3, classes) },
      weights,
      trainable: (name) => name.startsWith('fc.'),
      epochs: 3,
    });
    const unchanged = new Map([...entries].filter(([name]) => weights.has(name)));
    expect(plain(unchanged)).toEqual(plain(weights));
    expect([...weights.keys()]).toEqual(
      expect.arrayContaining(['stem.bn.running_mean', 'stem.bn.num_batches_tracked', 'block.conv.weight']),
    );
    expect(entries.get('fc.weight')?.shape).toEqual([5, 4]);
    expect([...entries.keys()].filter((name) => name.includes('velocity'))).toHaveLength(2);
    const losses = linesOf(storage, 'epoch').map(({ train }) => (train as Record<string, number>).loss);
    expect(losses[2]).toBeLessThan(losses[0]);
  });

  it('a norm with one trained parameter keeps training its statistics', async () => {
    const count = (entries: ReadonlyMap<string, TensorData>, name: string): number =>
      Number(entries.get(name)?.data[0]);
    const { entries } = await trainSmall({ trainable: (name) => name === 'block.bn.bias' || name === 'fc.bias' });
    expect(count(entries, 'block.bn.num_batches_tracked')).toBe(6);
    expect(count(entries, 'stem.bn.num_batches_tracked')).toBe(0);
  });
});

describe('a bad image in the data', () => {
  const size = 64;
  async function poisoned(): Promise<ReturnType<typeof stripes>> {
    const clean = stripes(20);
    const { images, labels } = await clean.read(Int32Array.from({ length: 20 }, (_, n) => n));
    images[11 * size + 3] = NaN;
    return tensorDataset({ name: 'poisoned', images, labels, shape: clean.shape, classes: clean.classes });
  }

  it('ends the run with the step, the batch and its samples; the last checkpoint is whole', async () => {
    const storage = new MemoryStorage();
    const train = await poisoned();
    const message = await messageOf(() =>
      trainSmall({ data: { name: 'poisoned', train }, storage, checkpointSteps: 1, batchSize: 4, epochs: 1 }),
    );
    const step = storage.lines.length + 1;
    expect(message).toContain(
      `in step ${String(step)}; the first bad value is input in the outermost scope (1 elements)`,
    );
    const samples = /batch at position (\d+) of epoch 1: samples ([\d, ]+), \.\.\./.exec(message);
    expect(Number(samples?.[1])).toBe(4 * (step - 1));
    expect(samples?.[2].split(', ').map(Number)).toContain(11);
    for (const { entries } of storage.checkpoints)
      for (const { data: values } of entries.values())
        expect(values.every((value) => Number.isFinite(value))).toBe(true);
    expect(storage.checkpoints.length).toBe(step);
  });
});
