import { describe, expect, it } from 'vitest';
import { readSafetensors } from '../src/safetensors/read.ts';
import { writeSafetensors } from '../src/safetensors/write.ts';
import type { SafetensorsTensor } from '../src/safetensors/types.ts';

const patterns = Uint16Array.from({ length: 65_536 }, (_, pattern) => pattern);

/** The value of a binary floating-point pattern by the definition of IEEE 754. */
function defined(pattern: number, exponentBits: number, fractionBits: number): number {
  const sign = pattern >>> 15 === 1 ? -1 : 1;
  const largest = 2 ** exponentBits - 1;
  const exponent = (pattern >>> fractionBits) & largest;
  const fraction = (pattern & (2 ** fractionBits - 1)) / 2 ** fractionBits;
  const bias = 2 ** (exponentBits - 1) - 1;
  if (exponent === largest) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** (1 - bias);
  return sign * (1 + fraction) * 2 ** (exponent - bias);
}

describe('widening', () => {
  it.each([
    ['F16', 5, 10],
    ['BF16', 8, 7],
  ] as const)('gives every pattern of %s its exact value', (dtype, exponentBits, fractionBits) => {
    const tensor: SafetensorsTensor = { dtype, shape: [256, 256], data: patterns };
    const bytes = writeSafetensors(new Map([['all', tensor]]));
    expect(readSafetensors(bytes).tensors.get('all')).toEqual(tensor);
    const expected = Float32Array.from(patterns, (pattern) => defined(pattern, exponentBits, fractionBits));
    expect(readSafetensors(bytes, { widen: true }).tensors.get('all')).toEqual({
      dtype: 'F32',
      shape: [256, 256],
      data: expected,
    });
  });

  it('leaves other types as they are', () => {
    const tensor: SafetensorsTensor = { dtype: 'U16', shape: [2], data: Uint16Array.of(1, 65_535) };
    const bytes = writeSafetensors(new Map([['u16', tensor]]));
    expect(readSafetensors(bytes, { widen: true }).tensors.get('u16')).toEqual(tensor);
  });
});
