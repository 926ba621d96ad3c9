// Loss surfaces: directions with the norms of filters, convex and rough surfaces, and the loss in the middle.

import { defineArchitecture, initialize, linearLayer } from '@netwright/arch';
import { reference } from '@netwright/backend-reference';
import type { TensorData } from '@netwright/compiler';
import { tensorDataset } from '@netwright/data';
import { crossEntropy, flatten, inferenceMode, tanh } from '@netwright/ir';
import { createPredictor, evaluate } from '@netwright/train';
import { describe, expect, it } from 'vitest';
import { filterNormalizedDirection, lossSurface, roughnessOf } from '../src/index.ts';

const networks = defineArchitecture<{ readonly hidden: number }, Readonly<Record<string, unknown>>>({
  family: 'test',
  paper: '',
  options: {},
  variants: { linear: { hidden: 0 }, deep: { hidden: 6 } },
  build(image, { hidden }, { classes }) {
    let x = flatten(image, 1);
    if (hidden > 0) {
      x = tanh(linearLayer(x, { name: 'a', out: hidden }));
      x = tanh(linearLayer(x, { name: 'b', out: hidden }));
    }
    return linearLayer(x, { name: 'fc', out: classes });
  },
});
const model = (name: string) => networks(name, { imageSize: 3, channels: 1, classes: 3 });
const data = tensorDataset({
  name: 'noise',
  images: Uint8Array.from({ length: 20 * 9 }, (_, at) => (at * 7919) % 256),
  labels: Int32Array.from({ length: 20 }, (_, sample) => sample % 3),
  shape: [1, 3, 3],
  classes: ['a', 'b', 'c'],
});

function entriesOf(name: string, scale = 1): ReadonlyMap<string, TensorData> {
  const entries = new Map<string, TensorData>();
  for (const [key, value] of initialize(model(name).build(), 5))
    entries.set(key, { ...value, data: Float32Array.from(value.data, (weight) => scale * weight) });
  return entries;
}

describe('filterNormalizedDirection', () => {
  it('has the norm of each filter, leaves biases alone, and differs by seed', () => {
    const graph = model('deep').build();
    const entries = entriesOf('deep');
    const [one, two] = [1, 2].map((seed) => filterNormalizedDirection(graph, entries, seed));
    expect([...one.keys()].sort()).toEqual(['a.weight', 'b.weight', 'fc.weight']);
    for (const [name, values] of one) {
      const weights = entries.get(name)?.data ?? [];
      const filters = graph.parameters[name].type.shape[0] as number;
      const size = values.length / filters;
      for (let filter = 0; filter < filters; filter++) {
        const norm = (list: ArrayLike<number>): number =>
          Math.hypot(...Array.from({ length: size }, (_, at) => list[filter * size + at]));
        expect(norm(values)).toBeCloseTo(norm(weights), 5);
      }
      const other = two.get(name) ?? values;
      const dot = values.reduce((sum, value, at) => sum + value * other[at], 0);
      expect(Math.abs(dot)).toBeLessThan(0.9 * values.reduce((sum, value) => sum + value ** 2, 0));
    }
    expect(filterNormalizedDirection(graph, entries, 1)).toEqual(one);
  });
});

describe('lossSurface', () => {
  it('has the loss of the network in its middle, and is the same for the same seed', async () => {
    const backend = reference();
    const entries = entriesOf('deep');
    const options = { model: model('deep'), entries, backend, data, points: 5, batchSize: 8 };
    const counts: number[] = [];
    const surface = await lossSurface({ ...options, onPoint: (done) => counts.push(done) });
    expect(counts).toEqual(Array.from({ length: 25 }, (_, index) => index + 1));
    const graph = inferenceMode.run(model('deep').build());
    const predictor = await createPredictor({ model: model('deep'), graph, backend, entries, loss: crossEntropy() });
    const { values } = await evaluate(predictor, data);
    expect(surface.loss[12]).toBeCloseTo(values.loss, 6);
    expect(new Set(surface.loss).size).toBe(25);
    expect(await lossSurface(options)).toEqual(surface);
    expect((await lossSurface({ ...options, seed: 1 })).loss[0]).not.toBe(surface.loss[0]);
  });

  it('is convex for a linear classifier, and rough for a network with large weights', async () => {
    const options = { backend: reference(), data, points: 11 };
    const linear = await lossSurface({ ...options, model: model('linear'), entries: entriesOf('linear', 3) });
    expect(roughnessOf(linear)).toEqual({ nonConvex: 0, points: 81, notFinite: 0 });
    const deep = await lossSurface({ ...options, model: model('deep'), entries: entriesOf('deep', 20), range: 1.5 });
    expect(roughnessOf(deep).nonConvex).toBeGreaterThan(0.3);
  });

  it('refuses grids without a middle, and networks without weights', async () => {
    const options = { model: model('linear'), entries: entriesOf('linear'), backend: reference(), data };
    await expect(lossSurface({ ...options, points: 8 })).rejects.toMatchObject({ code: 'landscape.points' });
    await expect(lossSurface({ ...options, entries: new Map() })).rejects.toMatchObject({
      code: 'landscape.entries',
      received: 'none for fc.weight, fc.bias',
    });
    await expect(lossSurface({ ...options, signal: AbortSignal.abort() })).rejects.toThrow('aborted');
  });
});

describe('roughnessOf', () => {
  const surfaceOf = (points: number, value: (x: number, y: number) => number) => ({
    points,
    range: 1,
    loss: Array.from({ length: points ** 2 }, (_, at) =>
      value((2 * (at % points)) / (points - 1) - 1, (2 * Math.floor(at / points)) / (points - 1) - 1),
    ),
  });

  it('counts the points that curve downwards in some direction', () => {
    expect(roughnessOf(surfaceOf(21, (x, y) => x * x + 0.3 * x * y + y * y)).nonConvex).toBe(0);
    expect(roughnessOf(surfaceOf(21, (x, y) => x * y)).nonConvex).toBe(1);
    expect(roughnessOf(surfaceOf(21, (x, y) => x * x - y * y)).nonConvex).toBe(1);
    // A cosine curves downwards on half of its period.
    expect(roughnessOf(surfaceOf(201, (x, y) => Math.cos(4 * Math.PI * x) + y * y)).nonConvex).toBeCloseTo(0.5, 1);
  });

  it('does not judge where the loss is not finite', () => {
    const surface = surfaceOf(7, (x, y) => (x === -1 && y === -1 ? Infinity : x * x + y * y));
    expect(roughnessOf(surface)).toEqual({ nonConvex: 0, points: 24, notFinite: 1 });
  });
});
