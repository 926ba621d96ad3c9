import { compoundMultipliers, defineArchitecture, linearLayer } from '@netwright/arch';
import { reference } from '@netwright/backend-reference';
import { tensorDataset } from '@netwright/data';
import { flatten } from '@netwright/ir';
import { constantLr } from '@netwright/optim';
import { sgd } from '@netwright/optim-sgd';
import { describe, expect, it, vi } from 'vitest';
import { scalingGrid, trainTrial } from '../src/index.ts';
import { loadBullmq } from '../src/node/bullmq.ts';

describe('scalingGrid', () => {
  it('gives every triple on the grid whose product is near 2', () => {
    const grid = scalingGrid({ step: 0.1, tolerance: 0.1 });
    for (const triple of grid) expect(() => compoundMultipliers(1, triple)).not.toThrow();
    const all = [];
    for (let a = 10; a <= 21; a++)
      for (let b = 10; b <= 21; b++)
        for (let c = 10; c <= 21; c++)
          if (Math.abs((a * b * b * c * c) / 1e5 - 2) <= 0.1 + 1e-9)
            all.push({ alpha: a / 10, beta: b / 10, gamma: c / 10 });
    expect(grid).toEqual(all);
    expect(scalingGrid({ step: 0.05, tolerance: 0.1 })).toContainEqual({ alpha: 1.2, beta: 1.1, gamma: 1.15 });
    expect(() => scalingGrid({ step: 0 })).toThrow(expect.objectContaining({ code: 'scaling.grid' }));
  });
});

describe('trainTrial', () => {
  const network = defineArchitecture({
    family: 'line',
    paper: '',
    options: {},
    variants: { line: {} },
    build: (image, _variant, { classes }) => linearLayer(flatten(image, 1), { name: 'fc', out: classes }),
  });
  const data = tensorDataset({
    name: 'two',
    images: Uint8Array.from({ length: 16 * 4 }, (_, at) =>
      Math.floor(at / 4) % 2 === Math.floor((at % 4) / 2) ? 255 : 0,
    ),
    labels: Int32Array.from({ length: 16 }, (_, sample) => sample % 2),
    shape: [1, 2, 2],
    classes: ['a', 'b'],
  });
  const options = {
    model: network('line', { imageSize: 2, channels: 1, classes: 2 }),
    backend: reference(),
    seed: 1,
    data: { name: 'two', train: data, test: data },
    optimizer: sgd({ lr: 0.5 }),
    schedule: constantLr(),
    epochs: 5,
    batchSize: 4,
  };

  it('trains, and measures error and cost', async () => {
    expect(await trainTrial(options)).toMatchObject({ error: 0, parameters: 10, macs: 8, activations: 0 });
  });

  it('does not measure what was stopped', async () => {
    await expect(trainTrial({ ...options, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'sweep.interrupted',
    });
  });
});

describe('loadBullmq', () => {
  it('says how to install it', async () => {
    vi.doMock('bullmq', () => {
      throw new TypeError('there is no such package');
    });
    await expect(loadBullmq()).rejects.toMatchObject({ code: 'sweep.bullmq', hint: 'npm install bullmq ioredis' });
    vi.doUnmock('bullmq');
  });
});
