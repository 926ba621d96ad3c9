import { describe, expect, it } from 'vitest';
import { GraphBuilder, random, randomUniform, type Shape } from '../src/index.ts';
import { evaluateGraph } from './evaluate-graph.ts';

/** (seed, step, stream, index) and the result times 2^24, from a transcription of the documented recipe to Python's integers. */
const VECTORS: readonly (readonly [number, number, number, number, number])[] = [
  [0, 0, 0, 0, 4088459],
  [0, 0, 0, 1, 12256440],
  [1, 0, 0, 0, 11174678],
  [0, 1, 0, 0, 11919864],
  [0, 0, 1, 0, 12636268],
  [42, 1000, 2166136261, 123456, 13632504],
  [-1, 2147483647, 4294967295, 4294967295, 8130476],
  [-2147483648, 7, 3735928559, 2147483648, 6778867],
];

function drawn(
  shape: Shape,
  key: { seed?: number; step?: number; offset?: number } = {},
  dims: Record<string, number> = {},
) {
  const builder = new GraphBuilder();
  builder.output('y', random(builder, shape));
  const { seed = 1, step = 2, offset = 0 } = key;
  return evaluateGraph(builder.finish(), { $seed: [seed], $step: [step], $offset: [offset] }, dims)['y'];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Squared distance of counts from a uniform distribution, in standard deviations of chi-square. */
function chiSquareDeviation(counts: readonly number[]): number {
  const expected = mean(counts);
  const freedom = counts.length - 1;
  const statistic = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  return (statistic - freedom) / Math.sqrt(2 * freedom);
}

describe('randomUniform', () => {
  it.each(VECTORS)('seed %i, step %i, stream %i, index %i', (seed, step, stream, index, expected) => {
    expect(randomUniform(seed, step, stream, index) * 2 ** 24).toBe(expected);
  });

  it('takes its arguments modulo 2^32', () => {
    expect(randomUniform(5 + 2 ** 32, 6 - 2 ** 32, 7 + 2 ** 32, 8 + 2 ** 33)).toBe(randomUniform(5, 6, 7, 8));
  });

  it.each([
    ['index', (i: number) => randomUniform(3, 4, 5, i)],
    ['step', (i: number) => randomUniform(3, i, 5, 7)],
    ['seed', (i: number) => randomUniform(i, 4, 5, 7)],
    ['stream', (i: number) => randomUniform(3, 4, i, 7)],
    ['rows of 16 in each step', (i: number) => randomUniform(3, i >>> 4, 5, i & 15)],
  ])('is uniform and free of order along %s', (_, draw) => {
    const count = 1 << 17;
    const values = Array.from({ length: count }, (__, i) => draw(i));
    const sigma = Math.sqrt(1 / 12 / count);
    expect(Math.abs(mean(values) - 0.5)).toBeLessThan(4 * sigma);
    expect(Math.abs(mean(values.map((value) => (value - 0.5) ** 2)) - 1 / 12)).toBeLessThan(
      4 * Math.sqrt(1 / 180 / count),
    );
    const single = new Array<number>(256).fill(0);
    const lowBits = new Array<number>(256).fill(0);
    const neighbours = new Array<number>(1024).fill(0);
    values.forEach((value, i) => {
      single[Math.floor(value * 256)]++;
      lowBits[(value * 2 ** 24) & 255]++;
      if (i > 0) neighbours[Math.floor(values[i - 1] * 32) * 32 + Math.floor(value * 32)]++;
    });
    for (const counts of [single, lowBits, neighbours]) expect(Math.abs(chiSquareDeviation(counts))).toBeLessThan(4);
  });

  it('gives different keys independent values, not shifted copies', () => {
    const count = 1 << 14;
    const sequence = (seed: number, step: number, stream: number): number[] =>
      Array.from({ length: count }, (_, i) => randomUniform(seed, step, stream, i) - 0.5);
    const base = sequence(1, 1, 1);
    for (const other of [sequence(2, 1, 1), sequence(1, 2, 1), sequence(1, 1, 2), sequence(0, 0, 0)]) {
      for (const shift of [0, 1, -1, 16, 100]) {
        const products = base.map((value, i) => value * other[(i + shift + count) % count] * 12);
        expect(Math.abs(mean(products))).toBeLessThan(4 / Math.sqrt(count));
      }
    }
  });
});

describe('random', () => {
  it('evaluates the recipe at row-major positions', () => {
    const builder = new GraphBuilder();
    const value = builder.within('layer1', () => builder.within('drop', () => random(builder, [3, 5])));
    const node = builder.node(value.id);
    if (node.op !== 'random') throw new RangeError(node.op);
    builder.output('y', value);
    const { y } = evaluateGraph(builder.finish(), { $seed: [9], $step: [8], $offset: [3] });
    expect([...y]).toEqual(Array.from({ length: 15 }, (_, i) => randomUniform(9, 8, node.attrs.stream, i)));
  });

  it.each<[Shape]>([[['N', 3, 2]], [['4*N', 3]], [['N']], [['N', 2, 'M']]])(
    'does not depend on how the batch of %j is split',
    (shape) => {
      const whole = drawn(shape, {}, { N: 7, M: 3 });
      const parts = [drawn(shape, {}, { N: 3, M: 3 }), drawn(shape, { offset: 3 }, { N: 4, M: 3 })];
      expect(parts.flatMap((part) => [...part])).toEqual([...whole]);
    },
  );

  it('gives every operation of a scope its own stream', () => {
    const builder = new GraphBuilder();
    const values = builder.within('a', () => [random(builder, [4]), random(builder, [4])]);
    const other = builder.within('b', () => random(builder, [4]));
    const streams = [...values, other].map(({ id }) => {
      const node = builder.node(id);
      return node.op === 'random' ? node.attrs.stream : undefined;
    });
    expect(new Set(streams).size).toBe(3);
    expect(Object.keys(builder.inputs)).toEqual(['$seed', '$step', '$offset']);
  });
});
