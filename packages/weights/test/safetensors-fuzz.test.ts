// Damaged files: the reader refuses them with an error of its own, or reads them whole.
import { isNetwrightError, randomKeys, uniformOf } from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import { readSafetensors } from '../src/safetensors/read.ts';
import type { SafetensorsTensor } from '../src/safetensors/types.ts';
import { writeSafetensors } from '../src/safetensors/write.ts';

const original = writeSafetensors(
  new Map<string, SafetensorsTensor>([
    ['layer.weight', { dtype: 'F32', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
    ['layer.steps', { dtype: 'I64', shape: [], data: BigInt64Array.of(3n) }],
    ['half', { dtype: 'F16', shape: [3], data: Uint16Array.of(1, 2, 3) }],
    ['mask', { dtype: 'BOOL', shape: [1, 5], data: Uint8Array.of(0, 1, 0, 1, 1) }],
    ['empty', { dtype: 'F64', shape: [0, 2], data: new Float64Array(0) }],
  ]),
  { format: 'pt', note: 'a "note": {}' },
);
const headerEnd = 8 + Number(new DataView(original.buffer).getBigUint64(0, true));

type Draw = (below: number) => number;
type Damage = (bytes: Uint8Array<ArrayBuffer>, draw: Draw) => Uint8Array<ArrayBuffer>;

function replace(bytes: Uint8Array<ArrayBuffer>, at: number, value: number): Uint8Array<ArrayBuffer> {
  const result = bytes.slice();
  result[at] = value;
  return result;
}

const headerCharacters = new TextEncoder().encode('{}[]",:\\0123456789-eE.ntuFIUB ');

const DAMAGES: Readonly<Record<string, Damage>> = {
  truncation: (bytes, draw) => bytes.slice(0, draw(bytes.length)),
  'bit flip': (bytes, draw) => {
    const at = draw(bytes.length);
    return replace(bytes, at, bytes[at] ^ (1 << draw(8)));
  },
  'bit flips in the header': (bytes, draw) =>
    Array.from({ length: 1 + draw(4) }).reduce<Uint8Array<ArrayBuffer>>((current) => {
      const at = draw(headerEnd);
      return replace(current, at, current[at] ^ (1 << draw(8)));
    }, bytes),
  'other characters in the header': (bytes, draw) =>
    Array.from({ length: 1 + draw(3) }).reduce<Uint8Array<ArrayBuffer>>(
      (current) => replace(current, 8 + draw(headerEnd - 8), headerCharacters[draw(headerCharacters.length)]),
      bytes,
    ),
  'cut out piece': (bytes, draw) => {
    const start = draw(bytes.length);
    const end = start + draw(bytes.length - start);
    return Uint8Array.from([...bytes.subarray(0, start), ...bytes.subarray(end)]);
  },
  noise: (_, draw) => Uint8Array.from({ length: draw(200) }, () => draw(256)),
  'noise after a plausible length': (_, draw) => {
    const bytes = Uint8Array.from({ length: 8 + draw(200) }, () => draw(256));
    new DataView(bytes.buffer).setBigUint64(0, BigInt(draw(bytes.length)), true);
    return bytes;
  },
};

describe('a damaged file', () => {
  it.each(Object.entries(DAMAGES))('%s', (name, damage) => {
    const keys = randomKeys(7, 0, Object.keys(DAMAGES).indexOf(name));
    let counter = 0;
    const draw: Draw = (below) => Math.floor(uniformOf(keys, counter++) * below);
    let refused = 0;
    for (let round = 0; round < 4000; round++) {
      const bytes = damage(original, draw);
      try {
        const { tensors } = readSafetensors(bytes, { widen: round % 2 === 0 });
        for (const { shape, data } of tensors.values()) {
          if (data.length !== shape.reduce((product, dim) => product * dim, 1)) throw new Error('lengths do not fit');
        }
      } catch (error) {
        if (!isNetwrightError(error) || !error.code.startsWith('safetensors.')) throw error;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(name === 'bit flip' ? 2000 : 3000);
  });

  it('cut off anywhere is refused', () => {
    for (let length = 0; length < original.length; length++) {
      expect(() => readSafetensors(original.subarray(0, length))).toThrow(/\[safetensors\.\w+\]$/);
    }
  });

  it.each([
    ['nested too deeply', '['.repeat(200_000)],
    ['with a long escaped string', `{"__metadata__":{"a":"${'\\"'.repeat(500_000)}"},"b":0}`],
    ['with a long number', `{"a":{"dtype":"U8","shape":[${'9'.repeat(100_000)}],"data_offsets":[0,1]}}`],
  ])('%s is refused', (_, header) => {
    const text = new TextEncoder().encode(header);
    const bytes = new Uint8Array(8 + text.length);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
    bytes.set(text, 8);
    expect(() => readSafetensors(bytes)).toThrow(/\[safetensors\.\w+\]$/);
  });
});
