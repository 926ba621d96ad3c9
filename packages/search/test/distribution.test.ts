// Distributions of errors: against SciPy, and against what is known of the bootstrap.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bestRange, bootstrapBands, errorDistribution, kolmogorovSmirnov } from '../src/index.ts';
import { uniforms } from '../src/random.ts';

const { cases } = JSON.parse(readFileSync(new URL('ks-oracle.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly {
    readonly a: readonly number[];
    readonly b: readonly number[];
    readonly statistic: number;
    readonly pvalue: number;
    readonly at: number;
  }[];
};

describe('kolmogorovSmirnov', () => {
  it.each(cases.map((one) => [one.a.length, one.b.length, one] as const))(
    'is what SciPy says of %d and %d errors',
    (_n, _m, { a, b, statistic, pvalue, at }) => {
      const result = kolmogorovSmirnov(a, b);
      expect(result.statistic).toBeCloseTo(statistic, 12);
      expect(Math.abs(result.pValue - pvalue)).toBeLessThan(1e-10);
      expect(result.at).toBe(at);
      const turned = kolmogorovSmirnov(b, a);
      expect(turned).toMatchObject({ statistic: result.statistic, at: result.at });
      expect(turned.sign).toBe(-result.sign);
    },
  );

  it('finds no difference between a list and itself', () => {
    expect(kolmogorovSmirnov([0.3, 0.1, 0.2], [0.2, 0.3, 0.1])).toMatchObject({ statistic: 0, pValue: 1 });
  });
});

describe('errorDistribution', () => {
  it('counts what is below an error, not at it', () => {
    const distribution = errorDistribution([0.4, 0.1, 0.2, 0.2]);
    expect([0.1, 0.15, 0.2, 0.3, 0.5].map(distribution.shareBelow)).toEqual([0, 0.25, 0.25, 0.75, 1]);
    expect(distribution).toMatchObject({ count: 4, best: 0.1, median: 0.2, mean: 0.225 });
  });

  it.each([[[]], [[0.1, Number.NaN]], [[Infinity]]])('refuses %j', (errors) => {
    expect(() => errorDistribution(errors)).toThrow(expect.objectContaining({ code: 'search.errors' }));
  });
});

describe('bootstrapBands', () => {
  const share = uniforms(1, 0, 0);
  const errors = Array.from({ length: 400 }, (_, index) => share(index));

  it('is as wide as the binomial distribution says', () => {
    const { shares, median, best } = bootstrapBands(errors, [0.1, 0.5, 0.9]);
    const { shareBelow, errors: sorted } = errorDistribution(errors);
    [0.1, 0.5, 0.9].forEach((error, index) => {
      const { low, high } = shares[index];
      const p = shareBelow(error);
      expect(low).toBeLessThanOrEqual(p);
      expect(high).toBeGreaterThanOrEqual(p);
      const width = 2 * 1.96 * Math.sqrt((p * (1 - p)) / errors.length);
      expect(Math.abs(high - low - width)).toBeLessThan(0.2 * width);
    });
    expect(median.low).toBeLessThan(errorDistribution(errors).median);
    expect(median.high).toBeGreaterThan(errorDistribution(errors).median);
    expect(median.high - median.low).toBeLessThan(0.15);
    // A sample misses the k best with probability (1 - k / n)^n, about exp(-k), which is 2.5 % for k = 3.7.
    expect(best.low).toBe(sorted[0]);
    expect([sorted[3], sorted[4]]).toContain(best.high);
  });

  it('is the same for the same seed', () => {
    expect(bootstrapBands(errors, [0.5], { seed: 3 })).toEqual(bootstrapBands(errors, [0.5], { seed: 3 }));
    expect(bootstrapBands(errors, [0.3], { seed: 3, resamples: 50 })).not.toEqual(
      bootstrapBands(errors, [0.3], { seed: 4, resamples: 50 }),
    );
  });
});

describe('bestRange', () => {
  const share = uniforms(9, 0, 0);
  const depth = Array.from({ length: 500 }, (_, index) => Math.floor(share(index) * 40));

  it('lies around the value with the least error', () => {
    const errors = depth.map((value, index) => 0.1 + ((value - 20) / 40) ** 2 + 0.002 * share(1000 + index));
    const range = bestRange(depth, errors);
    expect(range.median).toBe(20);
    expect(range.low).toBeGreaterThanOrEqual(18);
    expect(range.high).toBeLessThanOrEqual(22);
  });

  it('is wide where the parameter does not matter', () => {
    const errors = depth.map((_, index) => share(2000 + index));
    const range = bestRange(depth, errors);
    expect(range.high - range.low).toBeGreaterThan(10);
  });

  it('refuses lists of different lengths', () => {
    expect(() => bestRange([1], [0.1, 0.2])).toThrow(expect.objectContaining({ code: 'search.errors' }));
  });
});
