// Starting values: their distributions, and that they depend on seed and name only.

import { buildGraph, GraphBuilder, tensorType, type Graph, type Initializer } from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import { initialize } from '../src/index.ts';

function graphOf(
  parameters: Readonly<Record<string, { readonly shape: readonly number[]; readonly init: Initializer }>>,
): Graph {
  const builder = new GraphBuilder();
  for (const [name, { shape, init }] of Object.entries(parameters)) builder.parameter(name, shape, { init });
  return builder.finish();
}

function draw(init: Initializer, shape: readonly number[], seed = 1, name = 'weight'): Float32Array {
  const value = initialize(graphOf({ [name]: { shape, init } }), seed).get(name);
  if (!(value?.data instanceof Float32Array)) throw new RangeError('no f32 values');
  return value.data;
}

/** Mean, standard deviation, smallest, largest, and the fourth moment over the squared variance (3 for normal, 1.8 for uniform numbers). */
function statistics(data: Float32Array) {
  const mean = data.reduce((sum, x) => sum + x, 0) / data.length;
  const central = (power: number) => data.reduce((sum, x) => sum + (x - mean) ** power, 0) / data.length;
  const variance = central(2);
  return {
    mean,
    std: Math.sqrt(variance),
    kurtosis: central(4) / variance ** 2,
    low: data.reduce((least, x) => Math.min(least, x), Infinity),
    high: data.reduce((most, x) => Math.max(most, x), -Infinity),
  };
}

// fan in 64 * 9, fan out 128 * 9: what torch.nn.init._calculate_fan_in_and_fan_out gives for this weight
const CONVOLUTION = [128, 64, 3, 3];
const FAN_IN = 576;
const FAN_OUT = 1152;
const COUNT = 128 * 64 * 9;

describe('the distribution of', () => {
  it.each<[string, Initializer, number, 'normal' | 'uniform']>([
    [
      'Kaiming normal, fan in',
      { kind: 'kaiming', distribution: 'normal', fan: 'fanIn', gain: Math.SQRT2 },
      Math.sqrt(2 / FAN_IN),
      'normal',
    ],
    [
      'Kaiming normal, fan out',
      { kind: 'kaiming', distribution: 'normal', fan: 'fanOut', gain: Math.SQRT2 },
      Math.sqrt(2 / FAN_OUT),
      'normal',
    ],
    [
      'Kaiming uniform, fan in',
      { kind: 'kaiming', distribution: 'uniform', fan: 'fanIn', gain: Math.SQRT2 },
      Math.sqrt(2 / FAN_IN),
      'uniform',
    ],
    [
      'Xavier normal',
      { kind: 'xavier', distribution: 'normal', fan: 'fanAvg', gain: 1 },
      Math.sqrt(2 / (FAN_IN + FAN_OUT)),
      'normal',
    ],
    [
      'Xavier uniform',
      { kind: 'xavier', distribution: 'uniform', fan: 'fanAvg', gain: 1 },
      Math.sqrt(2 / (FAN_IN + FAN_OUT)),
      'uniform',
    ],
    ['normal', { kind: 'normal', mean: 0, std: 0.02 }, 0.02, 'normal'],
    ['uniform', { kind: 'uniform', low: -0.3, high: 0.3 }, 0.3 / Math.sqrt(3), 'uniform'],
  ])('%s', (_, init, std, shape) => {
    const found = statistics(draw(init, CONVOLUTION));
    const standardError = std / Math.sqrt(COUNT);
    expect(Math.abs(found.mean)).toBeLessThan(5 * standardError);
    expect(Math.abs(found.std / std - 1)).toBeLessThan(5 / Math.sqrt(COUNT));
    expect(Math.abs(found.kurtosis - (shape === 'normal' ? 3 : 1.8))).toBeLessThan(0.1);
    if (shape === 'uniform') {
      expect(found.high).toBeLessThanOrEqual(Math.sqrt(3) * std * 1.0000001);
      expect(found.high).toBeGreaterThan(Math.sqrt(3) * std * 0.999);
      expect(found.low).toBeLessThan(-Math.sqrt(3) * std * 0.999);
    } else expect(found.high).toBeGreaterThan(3.5 * std);
  });

  it('normal and uniform numbers off the middle', () => {
    expect(Math.abs(statistics(draw({ kind: 'normal', mean: 5, std: 0.1 }, [10_000])).mean - 5)).toBeLessThan(0.005);
    const { low, high } = statistics(draw({ kind: 'uniform', low: 2, high: 3 }, [10_000]));
    expect([low >= 2, high < 3, low < 2.01, high > 2.99]).toEqual([true, true, true, true]);
  });

  it('truncated normal numbers: none outside, and the deviation of the truncated distribution', () => {
    const found = statistics(draw({ kind: 'truncatedNormal', mean: 0, std: 1, low: -2, high: 2 }, [50_000]));
    expect([found.low >= -2, found.high <= 2, found.low < -1.99, found.high > 1.99]).toEqual([true, true, true, true]);
    // the standard deviation of a standard normal cut at +-2 (scipy.stats.truncnorm(-2, 2).std())
    expect(Math.abs(found.std - 0.8796256610342398)).toBeLessThan(0.01);
  });

  it('biases: uniform in +-1/sqrt(fan in), as PyTorch', () => {
    const { low, high, kurtosis } = statistics(draw({ kind: 'biasOf', fanIn: 400 }, [20_000]));
    expect([low >= -0.05, high <= 0.05, low < -0.0499, high > 0.0499]).toEqual([true, true, true, true]);
    expect(Math.abs(kurtosis - 1.8)).toBeLessThan(0.1);
  });

  it('a linear layer’s weight has fans of its own', () => {
    const found = statistics(draw({ kind: 'kaiming', distribution: 'normal', fan: 'fanIn', gain: 1 }, [200, 300]));
    expect(Math.abs(found.std * Math.sqrt(300) - 1)).toBeLessThan(0.02);
  });
});

describe('values', () => {
  const normal: Initializer = { kind: 'normal', mean: 0, std: 1 };

  it('are a function of seed and name, not of what else there is', () => {
    const alone = draw(normal, [50], 7, 'layer1.weight');
    const among = initialize(
      graphOf({
        first: { shape: [9], init: normal },
        'layer1.weight': { shape: [50], init: normal },
        last: { shape: [9], init: normal },
      }),
      7,
    );
    expect(among.get('layer1.weight')?.data).toEqual(alone);
    expect(draw(normal, [50], 8, 'layer1.weight')).not.toEqual(alone);
    expect(draw(normal, [50], 7, 'layer2.weight')).not.toEqual(alone);
  });

  it('of different names and seeds have nothing to do with each other', () => {
    const correlation = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, i) => sum + x * b[i], 0) / a.length;
    const base = draw(normal, [10_000], 1, 'a');
    for (const other of [
      draw(normal, [10_000], 1, 'b'),
      draw(normal, [10_000], 2, 'a'),
      draw(normal, [10_001], 1, 'a').slice(1),
    ]) {
      expect(Math.abs(correlation(base, other))).toBeLessThan(0.05);
    }
  });

  it('are known for a name and seed, so that another version gives the same start', () => {
    expect(Array.from(draw(normal, [4], 0, 'conv1.weight'))).toMatchSnapshot();
  });

  it('of constants, states and counters', () => {
    const builder = new GraphBuilder();
    builder.parameter('ones', [3], { init: { kind: 'constant', value: 1 } });
    builder.state('running_var', tensorType('f32', [2]));
    builder.state('num_batches_tracked', tensorType('i32', []));
    const values = initialize(builder.finish(), 3);
    expect(values.get('ones')).toEqual({ dtype: 'f32', shape: [3], data: Float32Array.of(1, 1, 1) });
    expect(values.get('running_var')).toEqual({ dtype: 'f32', shape: [2], data: Float32Array.of(1, 1) });
    expect(values.get('num_batches_tracked')).toEqual({ dtype: 'i32', shape: [], data: Int32Array.of(0) });
  });

  it('of copies are those of the parameter, in their own memory', () => {
    const values = initialize(
      graphOf({
        copy: { shape: [5], init: { kind: 'copyOf', parameter: 'source' } },
        source: { shape: [5], init: normal },
      }),
      1,
    );
    expect(values.get('copy')?.data).toEqual(values.get('source')?.data);
    expect(values.get('copy')?.data.buffer).not.toBe(values.get('source')?.data.buffer);
  });
});

describe('messages', () => {
  it.each<[string, () => Graph]>([
    [
      'initialize (weight): expected a tensor with two or more dimensions, received shape [3]. Hint: use a uniform, normal or constant initializer [initialize.fan]',
      () =>
        graphOf({ weight: { shape: [3], init: { kind: 'kaiming', distribution: 'normal', fan: 'fanIn', gain: 1 } } }),
    ],
    [
      'initialize (copy): expected the name of a parameter, received nothing. [initialize.copy]',
      () => graphOf({ copy: { shape: [3], init: { kind: 'copyOf', parameter: 'nothing' } } }),
    ],
    [
      'initialize (moving): expected numbers as dimensions of parameters and state, received N. [initialize.shape]',
      () =>
        buildGraph({ x: tensorType('f32', ['N']) }, ({ x }, builder) => {
          builder.state('moving', x.type);
          return { x };
        }),
    ],
  ])('%s', (message, build) => {
    expect(() => initialize(build(), 0)).toThrow(expect.objectContaining({ name: 'NetwrightError', message }));
  });
});
