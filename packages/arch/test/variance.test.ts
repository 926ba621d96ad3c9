// What the rules of initialization are for: through twenty layers, the variances of activations and gradients stay level under the right rule and drift under another.

import { reference } from '@netwright/backend-reference';
import {
  gradients,
  GraphBuilder,
  inlineFunctions,
  linear,
  mul,
  relu,
  sum,
  tanh,
  variance,
  type Graph,
  type Initializer,
  type Tensor,
} from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import {
  initialize,
  kaimingNormal,
  kaimingUniform,
  normal,
  torchDefaultInit,
  xavierNormal,
  xavierUniform,
} from '../src/index.ts';

const LAYERS = 20;
const WIDTH = 128;
const BATCH = 32;
const SEED = 7;

interface Variances {
  /** Of the sums that enter each nonlinearity, from the first layer to the last. */
  readonly activations: readonly number[];
  /** Of the loss's derivatives by them. */
  readonly gradients: readonly number[];
}

/** Outputs `z<layer>` and `d<layer>`: the variances, for a loss that weighs the last activations with the normal numbers `direction`. */
function chain(activation: (x: Tensor) => Tensor, init: Initializer, deviation: number): Graph {
  const builder = new GraphBuilder();
  const start = (name: string, std: number): Tensor =>
    builder.parameter(name, [BATCH, WIDTH], { init: normal({ std }), trainable: false });
  let x = start('image', deviation);
  const sums: Tensor[] = [];
  for (let layer = 0; layer < LAYERS; layer++) {
    const weight = builder.parameter(`weight${String(layer)}`, [WIDTH, WIDTH], { init });
    const entering = linear(x, weight);
    sums.push(entering);
    x = activation(entering);
  }
  const loss = sum(mul(x, start('direction', 1)));
  gradients(loss, sums).forEach((gradient, layer) => {
    builder.output(`z${String(layer)}`, variance(sums[layer]));
    builder.output(`d${String(layer)}`, variance(gradient));
  });
  return builder.finish();
}

async function measure(activation: (x: Tensor) => Tensor, init: Initializer, deviation = 1): Promise<Variances> {
  const graph = chain(activation, init, deviation);
  const backend = reference({ precision: 'f32' });
  const store = await backend.createStore();
  const entries = Object.entries(graph.parameters).map(([name, { type }]) => ({ name, type }));
  await store.declare(entries);
  for (const [name, { shape, data }] of initialize(graph, SEED)) {
    if (data instanceof Float32Array) await store.write(name, { dtype: 'f32', shape, data });
  }
  const executable = await backend.load(inlineFunctions.run(graph), store, { dims: {} });
  const outputs = await executable.run({});
  const series = (letter: string): number[] =>
    Array.from({ length: LAYERS }, (_, layer) => outputs[`${letter}${String(layer)}`].data[0]);
  return { activations: series('z'), gradients: series('d') };
}

/** Largest by smallest variance: 1 where nothing changes. */
function spread(values: readonly number[]): number {
  return Math.max(...values) / Math.min(...values);
}

/** By how much the variance changes over all layers, as a factor, in the direction of the computation. */
function change({ activations, gradients: derivatives }: Variances): readonly [number, number] {
  return [(activations.at(-1) ?? NaN) / activations[0], derivatives[0] / (derivatives.at(-1) ?? NaN)];
}

/** How far chance takes the variances of a network of this width. */
const LEVEL = 4;
/** Small enough for tanh to be nearly linear, as its rule assumes. */
const SMALL = 0.1;

describe('variances stay level over twenty layers', () => {
  it.each<[string, (x: Tensor) => Tensor, Initializer, number]>([
    ['tanh, xavierNormal', tanh, xavierNormal(), SMALL],
    ['tanh, xavierUniform', tanh, xavierUniform(), SMALL],
    ['tanh, xavierNormal by fanIn', tanh, xavierNormal({ fan: 'fanIn' }), SMALL],
    ['relu, kaimingNormal', relu, kaimingNormal(), 1],
    ['relu, kaimingUniform', relu, kaimingUniform(), 1],
    ['relu, kaimingNormal by fanOut', relu, kaimingNormal({ fan: 'fanOut' }), 1],
    ['no nonlinearity, a gain of 1', (x) => x, kaimingNormal({ nonlinearity: 'linear' }), 1],
  ])('%s', async (_, activation, init, deviation) => {
    const { activations, gradients: derivatives } = await measure(activation, init, deviation);
    expect(spread(activations)).toBeLessThan(LEVEL);
    expect(spread(derivatives)).toBeLessThan(LEVEL);
  });
});

describe('variances drift over twenty layers', () => {
  it('relu halves them under Xavier’s rule', async () => {
    for (const factor of change(await measure(relu, xavierNormal()))) {
      expect(factor).toBeLessThan(2 ** -(LAYERS - 1) * LEVEL);
      expect(factor).toBeGreaterThan(2 ** -(LAYERS - 1) / LEVEL);
    }
  });

  it('a network without nonlinearity doubles them under Kaiming’s', async () => {
    for (const factor of change(await measure((x) => x, kaimingNormal()))) {
      expect(factor).toBeLessThan(2 ** (LAYERS - 1) * LEVEL);
      expect(factor).toBeGreaterThan(2 ** (LAYERS - 1) / LEVEL);
    }
  });

  it('tanh saturates under Kaiming’s: activations grow to their bound, gradients grow on', async () => {
    const [activations, derivatives] = change(await measure(tanh, kaimingNormal(), SMALL));
    expect(activations).toBeGreaterThan(10);
    expect(derivatives).toBeGreaterThan(10);
  });

  it('PyTorch’s default of a third of the variance loses a factor of 3 a layer with tanh, 6 with relu', async () => {
    for (const [activation, deviation, factor] of [
      [tanh, SMALL, 3],
      [relu, 1, 6],
    ] as const) {
      for (const found of change(await measure(activation, torchDefaultInit, deviation))) {
        expect(found).toBeLessThan(factor ** -(LAYERS - 1) * LEVEL);
        expect(found).toBeGreaterThan(factor ** -(LAYERS - 1) / LEVEL);
      }
    }
  });

  it('a fixed deviation of 0.01 kills both', async () => {
    for (const activation of [tanh, relu]) {
      for (const factor of change(await measure(activation, normal({ std: 0.01 })))) {
        expect(factor).toBeLessThan(1e-30);
      }
    }
  });
});
