import { describe, expect, it } from 'vitest';
import { readSafetensors } from '../src/safetensors/read.ts';
import type { DTYPES } from '../src/safetensors/types.ts';
import { type SafetensorsTensor } from '../src/safetensors/types.ts';
import { writeSafetensors } from '../src/safetensors/write.ts';
import { messageOf } from './error.ts';

/** One tensor of each type, so that the types of the format are all there. */
const ALL: { readonly [K in keyof typeof DTYPES]: Extract<SafetensorsTensor, { readonly dtype: K }> } = {
  BOOL: { dtype: 'BOOL', shape: [3], data: Uint8Array.of(0, 1, 1) },
  U8: { dtype: 'U8', shape: [1, 2], data: Uint8Array.of(0, 255) },
  I8: { dtype: 'I8', shape: [3], data: Int8Array.of(-128, 0, 127) },
  U16: { dtype: 'U16', shape: [1], data: Uint16Array.of(65_535) },
  I16: { dtype: 'I16', shape: [1], data: Int16Array.of(-32_768) },
  F16: { dtype: 'F16', shape: [1], data: Uint16Array.of(0x3c00) },
  BF16: { dtype: 'BF16', shape: [1], data: Uint16Array.of(0x3f80) },
  U32: { dtype: 'U32', shape: [1], data: Uint32Array.of(2 ** 32 - 1) },
  I32: { dtype: 'I32', shape: [2, 1], data: Int32Array.of(-(2 ** 31), 7) },
  F32: { dtype: 'F32', shape: [2, 2], data: Float32Array.of(1.5, -0, NaN, Infinity) },
  U64: { dtype: 'U64', shape: [], data: BigUint64Array.of(2n ** 64n - 1n) },
  I64: { dtype: 'I64', shape: [], data: BigInt64Array.of(-(2n ** 63n)) },
  F64: { dtype: 'F64', shape: [0, 4], data: new Float64Array(0) },
};

describe('writeSafetensors', () => {
  it('writes every type so that it is read as it was, in order, aligned and without copies', () => {
    const tensors = new Map<string, SafetensorsTensor>(Object.entries(ALL));
    const metadata = { format: 'pt', note: 'ü "x"' };
    const bytes = writeSafetensors(tensors, metadata);
    const file = readSafetensors(bytes);
    expect(file).toEqual({ tensors, metadata });
    expect([...file.tensors.keys()]).toEqual(Object.keys(ALL));
    for (const { data } of file.tensors.values()) expect(data.buffer).toBe(bytes.buffer);
    expect(new DataView(bytes.buffer).getBigUint64(0, true) % 8n).toBe(0n);
  });

  it('keeps the order of names that are numbers', () => {
    const tensors = new Map(['10', '2', 'x', '1'].map((name) => [name, ALL.U8]));
    expect([...readSafetensors(writeSafetensors(tensors)).tensors.keys()]).toEqual(['10', '2', 'x', '1']);
  });

  it('takes data that is a part of a larger buffer', () => {
    const data = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
    const bytes = writeSafetensors(new Map([['part', { dtype: 'F32', shape: [2], data }]]));
    expect(readSafetensors(bytes).tensors.get('part')?.data).toEqual(Float32Array.of(2, 3));
  });

  it('refuses all that does not fit, at once', async () => {
    const tensors = new Map<string, SafetensorsTensor>([
      ['__metadata__', ALL.U8],
      ['short', { dtype: 'F32', shape: [2, 2], data: new Float32Array(3) }],
      ['other', { dtype: 'F32', shape: [1], data: new Int32Array(1) } as unknown as SafetensorsTensor],
      ['half', { dtype: 'U8', shape: [0.5], data: new Uint8Array(0) }],
    ]);
    expect(await messageOf(() => writeSafetensors(tensors))).toBe(
      "writeSafetensors: expected tensors whose data fits their type and shape; __metadata__ is the format's name for metadata; short has 3 elements, which do not make [2, 2]; other is F32 and needs a Float32Array, not a Int32Array; half has 0 elements, which do not make [0.5]. [safetensors.write]",
    );
  });

  it('refuses a type that the format does not have', async () => {
    const tensors = new Map([
      ['odd', { dtype: 'F8', shape: [1], data: new Uint8Array(1) } as unknown as SafetensorsTensor],
    ]);
    expect(await messageOf(() => writeSafetensors(tensors))).toBe(
      'writeSafetensors: expected tensors whose data fits their type and shape; odd has the unknown type F8. [safetensors.write]',
    );
  });
});
