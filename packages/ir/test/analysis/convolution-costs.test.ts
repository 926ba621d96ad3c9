import { describe, expect, it } from 'vitest';
import { convolutionCosts } from '../../src/index.ts';

describe.each([
  { channels: 64, out: 128, kernel: 3, size: 14, groups: 32 },
  { channels: 32, out: 64, kernel: 5, size: 7, groups: 8 },
  { channels: 16, out: 16, kernel: 3, size: 28, groups: 16 },
])('convolutionCosts of %o', (options) => {
  const { full, grouped, separable } = convolutionCosts(options);

  it('gives a grouped convolution 1 / groups of parameters and multiply-adds', () => {
    expect(grouped.parameters * options.groups).toBe(full.parameters);
    expect(grouped.macs * options.groups).toBe(full.macs);
    expect(full.macs).toBeGreaterThan(0);
  });

  it('gives a separable one 1 / out + 1 / kernel^2', () => {
    const ratio = 1 / options.out + 1 / options.kernel ** 2;
    expect(separable.macs / full.macs).toBeCloseTo(ratio, 12);
    expect(separable.parameters / full.parameters).toBeCloseTo(ratio, 12);
  });
});

describe('convolutionCosts', () => {
  it('refuses groups that do not divide the channels', () => {
    expect(() => convolutionCosts({ channels: 10, out: 8, groups: 4 })).toThrow(
      expect.objectContaining({ code: 'conv2d.operands' }),
    );
  });
});
