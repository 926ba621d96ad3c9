// Checkpoints: what is in them, which runs they continue, and that a resumed run is the run that never stopped.

import { appendFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { crossEntropy } from '@netwright/ir';
import { normalize, randomCrop } from '@netwright/data';
import { cosine, reduceOnPlateau } from '@netwright/optim';
import {
  createTrainer,
  deserializeCheckpoint,
  identityOf,
  matchCheckpoint,
  serializeCheckpoint,
  topK,
  train,
  type Checkpoint,
  type TrainOptions,
} from '../src/index.ts';
import { hasCheckpoint, openRunDirectory, readCheckpoint } from '../src/node/index.ts';
import { messageOf } from './error.ts';
import {
  descent,
  f32,
  lookAhead,
  MemoryStorage,
  momentum,
  plain,
  small,
  stripes,
  trainSmall,
  type SmallRunOptions,
} from './small-runs.ts';
import { reference } from '@netwright/backend-reference';
import { writeSafetensors } from '@netwright/weights';

const OPTIONS = {
  model: small('tiny'),
  backend: f32(),
  optimizer: momentum(),
  data: { name: 'stripes', train: stripes(20), validation: stripes(9, 5) },
  batchSize: 8,
  epochs: 3,
  transforms: [normalize({ mean: [0.5], std: [0.5] }), randomCrop({ padding: 1 })],
  schedule: reduceOnPlateau({ patience: 0 }),
} as const satisfies TrainOptions;

/** The graph and identity of a run of these options. */
async function identified(
  options: Partial<TrainOptions> = {},
): Promise<{ graph: Parameters<typeof deserializeCheckpoint>[1]; identity: Checkpoint['identity'] }> {
  const all = { ...OPTIONS, ...options, data: OPTIONS.data };
  const trainer = await createTrainer({ ...all, loss: all.loss ?? crossEntropy() });
  try {
    return { graph: trainer.graph, identity: identityOf(all, trainer) };
  } finally {
    await trainer.dispose();
  }
}

function resumeFrom(checkpoint: Checkpoint, whole: MemoryStorage): SmallRunOptions {
  return {
    ...OPTIONS,
    resume: checkpoint,
    storage: new MemoryStorage(whole.log.slice(0, checkpoint.state.metricsOffset)),
  };
}

describe('a resumed run', () => {
  it('equals the uninterrupted one from every step, in mid-epoch too: weights, best weights and log', async () => {
    const whole = await trainSmall({ ...OPTIONS, checkpointSteps: 1 });
    const { graph, identity } = await identified();
    expect(whole.storage.checkpoints).toHaveLength(10);
    for (const checkpoint of whole.storage.checkpoints) {
      const read = deserializeCheckpoint(serializeCheckpoint(checkpoint), graph, identity);
      const resumed = await trainSmall(resumeFrom(read, whole.storage));
      expect(plain(resumed.entries)).toEqual(plain(whole.entries));
      expect(plain(resumed.best)).toEqual(plain(whole.best));
      expect(resumed.storage.lines).toEqual(whole.storage.lines);
      expect(resumed.result.best).toEqual(whole.result.best);
    }
  });

  it('with accumulation', async () => {
    const options = { ...OPTIONS, accumulate: 2, checkpointSteps: 2 };
    const whole = await trainSmall(options);
    for (const checkpoint of whole.storage.checkpoints) {
      const resumed = await trainSmall({ ...options, ...resumeFrom(checkpoint, whole.storage), accumulate: 2 });
      expect(plain(resumed.entries)).toEqual(plain(whole.entries));
    }
  });

  it('continues from where an interrupt left it', async () => {
    const whole = await trainSmall(OPTIONS);
    const abort = new AbortController();
    const storage = new MemoryStorage();
    const first = await trainSmall({
      ...OPTIONS,
      storage,
      signal: abort.signal,
      on: (event) => {
        if (event.kind === 'step' && event.step === 4) abort.abort();
      },
    });
    expect(first.result).toMatchObject({ interrupted: true, steps: 4, evaluation: undefined });
    const [, checkpoint] = storage.checkpoints;
    expect(storage.checkpoints).toHaveLength(2);
    const second = await trainSmall({ ...OPTIONS, storage, resume: checkpoint });
    expect(second.result.interrupted).toBe(false);
    expect(plain(second.entries)).toEqual(plain(whole.entries));
    expect(storage.lines).toEqual(whole.storage.lines);
  });

  it('keeps its backend and target unless the change is allowed', async () => {
    const { storage } = await trainSmall({ ...OPTIONS, epochs: 3, checkpointSteps: 4 });
    const [resume] = storage.checkpoints;
    const backend = reference();
    expect(await messageOf(() => trainSmall({ ...OPTIONS, backend, resume }))).toBe(
      'resume: expected reference:f32, received reference:f64. Hint: use the same backend and target, or allow the change ' +
        '(allowTargetChange); results may then differ in the last bits [train.target]',
    );
    const { result } = await trainSmall({ ...OPTIONS, backend, resume, allowTargetChange: true });
    expect(result.steps).toBe(9);
  });
});

describe('a checkpoint', () => {
  let checkpoint: Checkpoint;
  beforeEach(async () => {
    const { storage } = await trainSmall({ ...OPTIONS, checkpointSteps: 4 });
    [checkpoint] = storage.checkpoints;
  });

  it('survives the way through its file', async () => {
    const { graph, identity } = await identified();
    const read = deserializeCheckpoint(serializeCheckpoint(checkpoint), graph, identity);
    expect(read.state).toEqual(checkpoint.state);
    expect(read.target).toBe('reference:f32');
    expect(plain(read.entries)).toEqual(plain(checkpoint.entries));
    expect(plain(read.best)).toEqual(plain(checkpoint.best));
    expect([...read.entries.keys()]).toEqual(expect.arrayContaining(['stem.bn.running_var', 'fc.weight']));
  });

  it.each<[string, Partial<TrainOptions>, readonly string[]]>([
    ['another model', { model: small('other') }, ['model is tiny, not other']],
    [
      'another structure',
      { model: small('tiny', { norm: false }) },
      ['graph is', 'it lacks stem.conv.bias, block.conv.bias'],
    ],
    ['another optimizer', { optimizer: descent() }, ['optimizer is heavyBall{', 'not descent{']],
    ['another option of the optimizer', { optimizer: momentum({ lr: 0.2 }) }, ['"lr":0.1', '"lr":0.2']],
    ['another schedule', { schedule: reduceOnPlateau({ patience: 1 }) }, ['{"patience":0}', '{"patience":1}']],
    ['a moving average', { ema: { decay: 0.9 } }, ['ema is null, not {"decay":0.9}']],
    ['another batch size', { batchSize: 4 }, ['batchSize is 8, not 4']],
    ['more epochs', { epochs: 4 }, ['epochs is 3, not 4']],
    ['another seed', { seed: 1 }, ['seed is 0, not 1']],
    ['other transforms', { transforms: [] }, ['transforms is [', 'not []']],
    ['other metrics', { metrics: [topK(2)] }, ['metrics is accuracy, not top2']],
    ['clipping', { clipNorm: 1 }, ['graph is']],
  ])('is refused by a run of %s', async (_, options, reasons) => {
    const { graph, identity } = await identified(options);
    const message = await messageOf(() => deserializeCheckpoint(serializeCheckpoint(checkpoint), graph, identity));
    for (const reason of reasons) expect(message).toContain(reason);
    expect(message).toMatch(
      /Hint: resume with the settings of the run, (allow the change \(allowOptimizerChange\), )?or start a new run \[checkpoint\.model\]$/,
    );
  });

  it('says that a change of the optimizer can be allowed where nothing else differs', async () => {
    const messageFor = async (options: Partial<TrainOptions>): Promise<string> => {
      const { graph, identity } = await identified(options);
      return messageOf(() => deserializeCheckpoint(serializeCheckpoint(checkpoint), graph, identity));
    };
    expect(await messageFor({ optimizer: lookAhead() })).toContain('allow the change (allowOptimizerChange)');
    expect(await messageFor({ optimizer: lookAhead(), seed: 1 })).not.toContain('allowOptimizerChange');
    expect(await messageFor({ clipNorm: 1 })).not.toContain('allowOptimizerChange');
  });

  it('goes on with another optimizer where that is allowed: weights stay, moments start anew', async () => {
    const options = { optimizer: lookAhead(), schedule: cosine() };
    const { graph, identity } = await identified(options);
    const change = { allowOptimizerChange: true };
    const read = deserializeCheckpoint(serializeCheckpoint(checkpoint), graph, identity, change);
    expect(Object.keys(plain(checkpoint.entries))).toContain('optimizer/velocity/fc.weight');
    const resumed = await trainSmall({ ...OPTIONS, ...options, ...change, resume: read });
    expect(resumed.result.steps).toBe(9);
    expect(Array.from(resumed.entries.get('optimizer/step')?.data ?? [])).toEqual([9 - checkpoint.state.step]);
    const message = await messageOf(() => trainSmall({ ...OPTIONS, ...options, resume: read }));
    expect(message).toContain('[checkpoint.model]');
    const other = { ...OPTIONS, ...options, ...change, seed: 1, resume: read };
    expect(await messageOf(() => trainSmall(other))).toContain('seed is 0, not 1');
  });

  it('keeps its moments where only numbers of the optimizer change', async () => {
    const options = { optimizer: momentum({ lr: 0.05 }) };
    const { graph, identity } = await identified(options);
    const continued = matchCheckpoint(checkpoint, graph, identity, { allowOptimizerChange: true });
    expect(plain(continued.entries)).toEqual(plain(checkpoint.entries));
    const resumed = await trainSmall({ ...OPTIONS, ...options, resume: continued, allowOptimizerChange: true });
    expect(Array.from(resumed.entries.get('optimizer/step')?.data ?? [])).toEqual([9]);
  });

  it('is refused for other data', async () => {
    const { graph, identity } = await identified();
    const message = await messageOf(() =>
      deserializeCheckpoint(serializeCheckpoint(checkpoint), graph, { ...identity, data: 'digits', samples: 21 }),
    );
    expect(message).toContain('data is stripes, not digits; samples is 20, not 21');
  });

  it('is not any safetensors file', async () => {
    const { graph, identity } = await identified();
    const read = (bytes: Uint8Array): Promise<string> => messageOf(() => deserializeCheckpoint(bytes, graph, identity));
    const tensors = new Map([['a', { dtype: 'F32', shape: [1], data: Float32Array.of(1) } as const]]);
    const hint = 'Hint: pass the checkpoint.safetensors of a run, not its model [checkpoint.format]';
    expect(await read(writeSafetensors(tensors))).toBe(
      `resume: expected a checkpoint of version 1, received a safetensors file without the metadata of a checkpoint. ${hint}`,
    );
    expect(await read(writeSafetensors(tensors, { 'netwright.checkpoint': '{"version":2}' }))).toBe(
      `resume: expected a checkpoint of version 1, received metadata of another version. ${hint}`,
    );
    expect(await read(serializeCheckpoint(checkpoint).subarray(0, -1))).toMatch(/\[safetensors\./);
    const half = new Map([['a', { dtype: 'F64', shape: [1], data: Float64Array.of(1) } as const]]);
    const metadata = JSON.stringify({ version: 1, identity, target: 'x', state: checkpoint.state });
    const empty = { ...graph, parameters: {}, states: {} };
    expect(
      await messageOf(() =>
        deserializeCheckpoint(writeSafetensors(half, { 'netwright.checkpoint': metadata }), empty, identity),
      ),
    ).toBe('resume (a): expected F32, I32 or U8, received Float64Array. [checkpoint.dtype]');
  });
});

describe('the directory of a run', () => {
  let parent: string;
  beforeEach(async () => {
    parent = await mkdtemp(path.join(tmpdir(), 'netwright-run-'));
  });
  afterEach(() => rm(parent, { recursive: true }));

  /** Trains into `place`; a run that is to be resumed goes on from the checkpoint there. */
  async function runIn(place: string, options: Partial<TrainOptions>, resumed: boolean): Promise<void> {
    const { graph, identity } = await identified();
    const resume = resumed ? await readCheckpoint(place, graph, identity) : undefined;
    const storage = await openRunDirectory(place, resume?.state);
    try {
      const { trainer } = await train({ ...OPTIONS, ...options, storage, ...(resume === undefined ? {} : { resume }) });
      await trainer.dispose();
    } finally {
      await storage.close();
    }
  }

  const log = async (place: string): Promise<string> =>
    (await readFile(path.join(place, 'metrics.jsonl'), 'utf8')).replaceAll(/"seconds":[\d.e-]+/g, '');

  it('continues to the bytes of a run that was not interrupted', async () => {
    const [whole, cut] = [path.join(parent, 'whole'), path.join(parent, 'nested', 'cut')];
    await runIn(whole, { checkpointSteps: 2 }, false);
    const abort = new AbortController();
    const on: TrainOptions['on'] = (event) => {
      if (event.kind === 'step' && event.step === 5) abort.abort();
    };
    await runIn(cut, { checkpointSteps: 2, signal: abort.signal, on }, false);
    await appendFile(path.join(cut, 'metrics.jsonl'), '{"kind":"step","a line that no checkpoint');
    await runIn(cut, { checkpointSteps: 2 }, true);
    expect(await log(cut)).toBe(await log(whole));
    const [a, b] = await Promise.all([whole, cut].map((place) => readFile(path.join(place, 'checkpoint.safetensors'))));
    const { graph, identity } = await identified();
    expect(plain(deserializeCheckpoint(b, graph, identity).entries)).toEqual(
      plain(deserializeCheckpoint(a, graph, identity).entries),
    );
  });

  it('a new run drops the checkpoint of an earlier one', async () => {
    await runIn(parent, { checkpointSteps: 2 }, false);
    expect(await hasCheckpoint(parent)).toBe(true);
    await (await openRunDirectory(parent)).close();
    expect(await hasCheckpoint(parent)).toBe(false);
    expect(await readFile(path.join(parent, 'metrics.jsonl'), 'utf8')).toBe('');
    const { graph, identity } = await identified();
    expect(await messageOf(() => readCheckpoint(parent, graph, identity))).toContain('[run.checkpoint]');
  });

  it('refuses a log that lost lines', async () => {
    await runIn(parent, { checkpointSteps: 2 }, false);
    await truncate(path.join(parent, 'metrics.jsonl'), 10);
    expect((await messageOf(() => runIn(parent, {}, true))).replaceAll(parent, 'DIR')).toMatch(
      /^openRunDirectory \(DIR\/metrics.jsonl\): expected the log of the run that the checkpoint is of, \d+ bytes or more, received 10 bytes\. Hint: put the log back, or start the run anew, without resume \[run.metrics\]$/,
    );
  });

  it('must be one that can be written to', async () => {
    const file = path.join(parent, 'file');
    await writeFile(file, '');
    expect(await messageOf(() => openRunDirectory(file))).toMatch(
      /expected a directory that can be written to, received EEXIST.*Hint: choose another place, or change its permissions \[run\.directory\]$/,
    );
  });
});
