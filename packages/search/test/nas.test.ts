// Architecture search: the controller's parts against plain loops and differences, and three searches on problems with known answers.

import { initialize, type Model } from '@netwright/arch';
import { reference } from '@netwright/backend-reference';
import { compile, type TensorData } from '@netwright/compiler';
import { buildGraph, constantTensor, tensorType, verifyGraph } from '@netwright/ir';
import { adam } from '@netwright/optim-adam';
import { sgd } from '@netwright/optim-sgd';
import { describe, expect, it } from 'vitest';
import {
  CELL_OPERATIONS,
  cellSpace,
  choice,
  controller,
  costOfModel,
  defineSpace,
  evolution,
  integers,
  lstmCell,
  policyGraph,
  randomSearch,
  rewardOf,
  runSearch,
  sampleSpace,
  samplingGraph,
  type Configuration,
  type Searcher,
  type Space,
} from '../src/index.ts';
import { uniforms } from '../src/random.ts';

const noModel = (): Model => {
  throw new RangeError('these points stand for no network');
};
const letters: Space = defineSpace({
  name: 'letters',
  dimensions: Object.fromEntries('abcdefgh'.split('').map((name) => [name, choice([0, 1, 2, 3])])),
  decode: noModel,
});
/** The share of dimensions that have the one good value. */
const score = (configuration: Configuration): number =>
  Object.values(configuration).filter((value) => value === 2).length / 8;
const scores = (configurations: readonly Configuration[]): Promise<readonly number[]> =>
  Promise.resolve(configurations.map(score));

const f64 = (values: readonly number[], shape: readonly number[]): TensorData => ({
  dtype: 'f32',
  shape: [...shape],
  data: Float64Array.from(values),
});

describe('lstmCell', () => {
  it('is what plain loops compute', async () => {
    const [n, size] = [2, 3];
    const share = uniforms(1, 0, 0);
    let counter = 0;
    const draw = (count: number): number[] => Array.from({ length: count }, () => 2 * share(counter++) - 1);
    const [x, h, c] = [draw(n * size), draw(n * size), draw(n * size)];
    const [wi, wh] = [draw(4 * size * size), draw(4 * size * size)];
    const [bi, bh] = [draw(4 * size), draw(4 * size)];
    const graph = buildGraph({ x: tensorType('f32', [n, size]) }, ({ x: input, ...rest }, builder) => {
      expect(rest).toEqual({});
      const tensor = (values: readonly number[], shape: readonly number[]) => constantTensor(builder, values, shape);
      const weights = {
        input: tensor(wi, [4 * size, size]),
        hidden: tensor(wh, [4 * size, size]),
        inputBias: tensor(bi, [4 * size]),
        hiddenBias: tensor(bh, [4 * size]),
      };
      const [nextH, nextC] = lstmCell(input, [tensor(h, [n, size]), tensor(c, [n, size])], weights);
      return { h: nextH, c: nextC };
    });
    const executable = await compile(graph, reference());
    const outputs = await executable.run({ x: f64(x, [n, size]) });
    const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));
    for (let row = 0; row < n; row++) {
      const gate = (at: number): number => {
        let sum = bi[at] + bh[at];
        for (let k = 0; k < size; k++)
          sum += wi[at * size + k] * x[row * size + k] + wh[at * size + k] * h[row * size + k];
        return sum;
      };
      for (let unit = 0; unit < size; unit++) {
        const [i, f, g, o] = [0, 1, 2, 3].map((part) => gate(part * size + unit));
        const next = sigmoid(f) * c[row * size + unit] + sigmoid(i) * Math.tanh(g);
        expect(outputs.c.data[row * size + unit]).toBeCloseTo(next, 6);
        expect(outputs.h.data[row * size + unit]).toBeCloseTo(sigmoid(o) * Math.tanh(next), 6);
      }
    }
  });
});

describe('the policy gradient', () => {
  const shape = { choices: [3, 2, 4], hidden: 5 };
  const [batch, lr] = [4, 0.5];
  const graph = policyGraph(shape, batch, sgd({ lr }), 1e9);
  const inputs = {
    actions: {
      dtype: 'i32',
      shape: [batch, 3],
      data: Int32Array.from([0, 1, 2, 2, 0, 3, 1, 1, 0, 0, 0, 1]),
    } as TensorData,
    advantage: f64([0.5, -0.25, 1, -0.75], [batch]),
    entropyWeight: f64([0.3], []),
    '$hyper.lr': f64([lr], []),
    '$hyper.weightDecay': f64([0], []),
  };
  const given = Object.fromEntries(Object.entries(inputs).filter(([name]) => Object.hasOwn(graph.inputs, name)));

  it('moves each weight by the difference quotient of the loss', async () => {
    verifyGraph(graph);
    const backend = reference();
    const store = await backend.createStore();
    const stored = [...Object.entries(graph.parameters), ...Object.entries(graph.states)];
    await store.declare(stored.map(([name, { type }]) => ({ name, type })));
    const start = initialize(graph, 3);
    const executable = await compile(graph, backend, { store });
    const lossAt = async (name: string, at: number, shift: number): Promise<{ loss: number; moved: number }> => {
      for (const [key, value] of start) await store.write(key, value);
      const tensor = await store.read(name);
      const data = Float64Array.from(tensor.data);
      data[at] += shift;
      await store.write(name, { ...tensor, data });
      const { loss } = await executable.run(given);
      return { loss: loss.data[0], moved: (await store.read(name)).data[at] - data[at] };
    };
    for (const name of [
      'start',
      'lstm.weight_ih',
      'lstm.bias_hh',
      'decision0.embedding',
      'decision1.weight',
      'decision2.bias',
    ]) {
      for (const at of [0, 3]) {
        if (at >= (await store.read(name)).data.length) continue;
        const step = 1e-4;
        const slope = ((await lossAt(name, at, step)).loss - (await lossAt(name, at, -step)).loss) / (2 * step);
        const { moved } = await lossAt(name, at, 0);
        expect(moved, name).toBeCloseTo(-lr * slope, 6);
      }
    }
  });

  it('samples as often as its probabilities say', async () => {
    const count = 4000;
    const sampling = samplingGraph(shape, count);
    const backend = reference();
    const store = await backend.createStore();
    await store.declare(Object.entries(sampling.parameters).map(([name, { type }]) => ({ name, type })));
    for (const [name, value] of initialize(sampling, 3)) await store.write(name, value);
    // A bias that makes the first value of the last decision likely.
    await store.write('decision2.bias', f64([2, 0, 0, -1], [4]));
    const share = uniforms(8, 0, 0);
    let counter = 0;
    const noise = shape.choices.map((values, step) => {
      const drawn = Array.from({ length: count * values }, () => -Math.log(-Math.log(share(counter++))));
      return [`noise.${String(step)}`, f64(drawn, [count, values])] as const;
    });
    const executable = await compile(sampling, backend, { store });
    const { actions } = await executable.run(Object.fromEntries(noise));
    const last = Array.from({ length: count }, (_, row) => actions.data[3 * row + 2]);
    const expected = [2, 0, 0, -1].map(Math.exp);
    const total = expected.reduce((sum, value) => sum + value, 0);
    expected.forEach((weight, value) => {
      const frequency = last.filter((one) => one === value).length / count;
      expect(Math.abs(frequency - weight / total)).toBeLessThan(0.03);
    });
  });
});

describe('searches', () => {
  const searchers = async (seed: number): Promise<readonly Searcher[]> => [
    randomSearch({ space: letters, seed }),
    evolution({ space: letters, seed }),
    await controller({ space: letters, backend: reference(), optimizer: adam({ lr: 0.02 }), seed }),
  ];

  it('evolution and the controller find in at most 160 trials what random search does not', async () => {
    const best: Record<string, number> = {};
    for (const searcher of await searchers(1)) {
      const evaluations = await runSearch({ searcher, budget: 160, evaluate: scores });
      // A controller that has made up its mind proposes nothing new.
      if (searcher.name !== 'controller') expect(evaluations).toHaveLength(160);
      expect(evaluations.length).toBeLessThanOrEqual(160);
      const different = new Set(evaluations.map(({ configuration }) => JSON.stringify(configuration)));
      expect(different.size).toBe(evaluations.length);
      best[searcher.name] = evaluations[evaluations.length - 1].best;
      await searcher.dispose();
    }
    expect(best.random).toBeLessThan(0.9);
    expect(best.evolution).toBeGreaterThan(best.random);
    expect(best.controller).toBeGreaterThan(best.random);
  });

  it('are repeated exactly by the same seed', async () => {
    for (const index of [0, 1, 2]) {
      const runs = [];
      for (const seed of [4, 4, 5]) {
        const searcher = (await searchers(seed))[index];
        runs.push(await runSearch({ searcher, budget: 40, evaluate: scores }));
      }
      expect(runs[0]).toEqual(runs[1]);
      expect(runs[0]).not.toEqual(runs[2]);
    }
  });

  it('the controller raises its reward, loses entropy, and keeps a baseline', async () => {
    const made = await controller({ space: letters, backend: reference(), optimizer: adam({ lr: 0.02 }), seed: 2 });
    await runSearch({ searcher: made, budget: 120, evaluate: scores });
    const [first, last] = [made.steps[0], made.steps[made.steps.length - 1]];
    expect(first.entropy).toBeCloseTo(8 * Math.log(4), 0);
    expect(last.entropy).toBeLessThan(0.8 * first.entropy);
    expect(last.baseline).toBeGreaterThan(first.baseline + 0.1);
  });

  it('evolution forgets the oldest, even the best', async () => {
    const two = defineSpace({ name: 'two', dimensions: { a: choice([0, 1]), b: choice([0, 1]) }, decode: noModel });
    const searcher = evolution({ space: two, population: 3, tournament: 9, batch: 3, seed: 0 });
    await searcher.tell([{ configuration: { a: 1, b: 1 }, reward: 1 }]);
    await searcher.tell([0, 1, 2].map(() => ({ configuration: { a: 0, b: 0 }, reward: 0 })));
    for (const { a, b } of await searcher.ask()) expect(Number(a) + Number(b)).toBe(1);
  });

  it('ends when only known points are proposed, and asks for lists of values', async () => {
    const small = defineSpace({ name: 'small', dimensions: { a: choice([1, 2, 3]) }, decode: noModel });
    const searcher = randomSearch({ space: small });
    expect(await runSearch({ searcher, budget: 10, evaluate: (c) => Promise.resolve(c.map(() => 0)) })).toHaveLength(3);
    const range = defineSpace({ name: 'range', dimensions: { a: integers({ low: 1, high: 3 }) }, decode: noModel });
    expect(() => evolution({ space: range })).toThrow(expect.objectContaining({ code: 'nas.space' }));
  });

  it('weigh accuracy by cost as MnasNet does', () => {
    expect(rewardOf(0.9, 5e6)).toBe(0.9);
    expect(rewardOf(0.9, 1e6, { target: 1e6, exponent: -0.07 })).toBe(0.9);
    // Twice the cost takes about 5 % off.
    expect(rewardOf(1, 2e6, { target: 1e6, exponent: -0.07 })).toBeCloseTo(0.953, 3);
  });
});

describe('cellSpace', () => {
  const space = cellSpace({ imageSize: 16, channels: 1, classes: 10, cells: 2 });

  it('has two inputs and two operations for each node', () => {
    expect(Object.keys(space.dimensions)).toHaveLength(12);
    expect(space.size).toBe((2 * 3 * 4) ** 2 * CELL_OPERATIONS.length ** 6);
  });

  it('decodes to networks that are whole', () => {
    for (const { configuration, cost } of sampleSpace(space, { count: 12, seed: 3 }).samples) {
      const model = space.decode(configuration);
      const graph = model.build();
      verifyGraph(graph);
      expect(graph.nodes[graph.outputs.logits.value].type.shape).toEqual(['N', 10]);
      expect(cost).toEqual(costOfModel(model));
    }
  });

  it('joins what no node reads', () => {
    const chain: Configuration = {
      ...{ '0in1': 0, '0op1': 'conv3x3', '0in2': 1, '0op2': 'identity' },
      ...{ '1in1': 2, '1op1': 'separable3x3', '1in2': 2, '1op2': 'avgPool3x3' },
      ...{ '2in1': 3, '2op1': 'identity', '2in2': 3, '2op2': 'maxPool3x3' },
    };
    const wide: Configuration = { ...chain, '1in1': 0, '1in2': 0, '2in1': 1, '2in2': 1 };
    const outWidth = (configuration: Configuration): unknown =>
      space.decode(configuration).build().parameters['stage0.0.out.conv.weight'].type.shape;
    expect(outWidth(chain)).toEqual([8, 8, 1, 1]);
    expect(outWidth(wide)).toEqual([8, 24, 1, 1]);
  });
});
