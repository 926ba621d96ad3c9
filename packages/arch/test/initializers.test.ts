// The rules of initialization: their variances by PyTorch's formulas, and what they refuse.

import { buildGraph, type Initializer } from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import {
  constantInit,
  gainOf,
  initialize,
  kaimingNormal,
  kaimingUniform,
  normal,
  truncatedNormal,
  uniform,
  xavierNormal,
  xavierUniform,
} from '../src/index.ts';

const SHAPE = [128, 64, 3, 3];
// torch.nn.init._calculate_fan_in_and_fan_out of that shape
const FAN_IN = 576;
const FAN_OUT = 1152;

function draw(init: Initializer): Float32Array {
  const graph = buildGraph({}, (_, builder) => ({ weight: builder.parameter('weight', SHAPE, { init }) }));
  const data = initialize(graph, 5).get('weight')?.data;
  if (data instanceof Float32Array) return data;
  throw new TypeError('no weight');
}

function deviation(data: Float32Array): number {
  return Math.sqrt(data.reduce((sum, x) => sum + x * x, 0) / data.length);
}

describe('the standard deviation of', () => {
  it.each<[string, Initializer, number]>([
    ['kaimingNormal()', kaimingNormal(), Math.sqrt(2 / FAN_IN)],
    ['kaimingNormal, fanOut', kaimingNormal({ fan: 'fanOut' }), Math.sqrt(2 / FAN_OUT)],
    ['kaimingNormal, linear', kaimingNormal({ nonlinearity: 'linear' }), Math.sqrt(1 / FAN_IN)],
    ['kaimingUniform()', kaimingUniform(), Math.sqrt(2 / FAN_IN)],
    [
      'kaimingUniform, a slope of sqrt(5)',
      kaimingUniform({ nonlinearity: 'leakyRelu', slope: Math.sqrt(5) }),
      Math.sqrt(1 / 3 / FAN_IN),
    ],
    ['xavierNormal()', xavierNormal(), Math.sqrt(2 / (FAN_IN + FAN_OUT))],
    ['xavierNormal, fanIn', xavierNormal({ fan: 'fanIn' }), Math.sqrt(1 / FAN_IN)],
    ['xavierUniform()', xavierUniform(), Math.sqrt(2 / (FAN_IN + FAN_OUT))],
    ['xavierUniform, fanIn', xavierUniform({ fan: 'fanIn' }), Math.sqrt(1 / FAN_IN)],
    ['xavierUniform, tanh', xavierUniform({ gain: gainOf('tanh') }), (5 / 3) * Math.sqrt(2 / (FAN_IN + FAN_OUT))],
    ['normal', normal({ std: 0.01 }), 0.01],
    ['uniform', uniform({ low: -0.3, high: 0.3 }), 0.3 / Math.sqrt(3)],
    // scipy.stats.truncnorm(-2, 2).std()
    ['truncatedNormal', truncatedNormal(), 0.8796256610342398],
    ['truncatedNormal far inside its bounds', truncatedNormal({ std: 0.02 }), 0.02],
    ['constantInit', constantInit(-3), 3],
  ])('%s', (_, init, expected) => {
    expect(Math.abs(deviation(draw(init)) / expected - 1)).toBeLessThan(0.01);
  });

  it('gains: those of torch.nn.init.calculate_gain', () => {
    expect(gainOf('linear')).toBe(1);
    expect(gainOf('sigmoid')).toBe(1);
    expect(gainOf('tanh')).toBeCloseTo(1.6666666666666667, 15);
    expect(gainOf('relu')).toBeCloseTo(1.4142135623730951, 15);
    expect(gainOf('leakyRelu')).toBeCloseTo(1.4141428569978354, 15);
    expect(gainOf('leakyRelu', 0.2)).toBeCloseTo(1.3867504905630728, 15);
    expect(gainOf('selu')).toBe(0.75);
  });
});

describe('messages', () => {
  it.each<[string, () => Initializer]>([
    [
      'normal: expected a standard deviation that is not negative, received -1. [init.normal]',
      () => normal({ std: -1 }),
    ],
    ['uniform: expected low at most high, received 2 and 1. [init.uniform]', () => uniform({ low: 2, high: 1 })],
    [
      'truncatedNormal: expected a positive standard deviation, and bounds that hold numbers within three of it from the mean, received mean 0, std 0.02, low 1, high 2. [init.truncatedNormal]',
      () => truncatedNormal({ std: 0.02, low: 1 }),
    ],
  ])('%s', (message, make) => {
    expect(make).toThrow(expect.objectContaining({ name: 'NetwrightError', message }));
  });
});
