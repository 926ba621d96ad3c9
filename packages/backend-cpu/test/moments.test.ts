// Digits of means and variances that are computed in one pass, against float64 in two.

import { compile } from '@netwright/compiler';
import { buildGraph, div, mul, sub, sum, tensorType } from '@netwright/ir';
import { describe, expect, test } from 'vitest';

import { cpu } from '../src/index.ts';
import { missing } from './native/available.ts';
import { randomValues } from './run-kernels.ts';

const [batch, channels, size] = [4, 20, 40];
const shape = [batch, channels, size, size];
const pixels = size * size;
const count = batch * pixels;

const graph = buildGraph({ x: tensorType('f32', shape) }, ({ x }) => {
  const mean = div(sum(x, { axes: [0, 2, 3], keepDims: true }), count);
  const distance = sub(x, mean);
  return { mean, variance: div(sum(mul(distance, distance), { axes: [0, 2, 3] }), count) };
});

/** Of each channel, which is a step longer than the one before. */
function values(mean: number, deviation: number): Float32Array {
  const noise = randomValues(batch * channels * pixels, 5);
  return Float32Array.from(noise, (one, at) => mean + deviation * one * (1 + (Math.floor(at / pixels) % channels)));
}

function momentsOf(x: Float32Array): { readonly mean: Float64Array; readonly variance: Float64Array } {
  const [mean, variance] = [new Float64Array(channels), new Float64Array(channels)];
  const visit = (add: (channel: number, value: number) => void): void =>
    x.forEach((value, at) => add(Math.floor(at / pixels) % channels, value));
  visit((channel, value) => (mean[channel] = (mean[channel] ?? 0) + value / count));
  visit(
    (channel, value) => (variance[channel] = (variance[channel] ?? 0) + (value - (mean[channel] ?? 0)) ** 2 / count),
  );
  return { mean, variance };
}

describe.each(['wasm', 'native'] as const)('%s', (target) => {
  test.skipIf(target === 'native' && missing !== undefined).each([
    [0, 1],
    [1, 1],
    [-1000, 1],
    [1e6, 100],
    [3, 1e-3],
    [7, 0],
  ])('around %f with deviations from %f on', async (mean, deviation) => {
    const backend = cpu({ target, threads: 1 });
    const executable = await compile(graph, backend);
    const x = values(mean, deviation);
    const { mean: received, variance } = await executable.run({ x: { dtype: 'f32', shape, data: x } });
    const kernels = executable.report.kernels.filter(({ name }) => !name.includes('/'));
    await executable.dispose();
    await backend.dispose();
    const expected = momentsOf(x);
    for (let channel = 0; channel < channels; channel += 1) {
      const [m, v] = [expected.mean[channel] ?? NaN, expected.variance[channel] ?? NaN];
      expect(Math.abs((received?.data[channel] ?? NaN) - m)).toBeLessThanOrEqual(
        1.2e-7 * Math.abs(m) + 5e-7 * Math.sqrt(v),
      );
      expect(Math.abs((variance?.data[channel] ?? NaN) - v)).toBeLessThanOrEqual(1e-6 * v + 1e-20 * m * m);
    }
    expect(kernels.filter(({ operations }) => operations.includes('sum'))).toHaveLength(1);
  });
});
