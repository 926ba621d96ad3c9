import { describe, expect, it } from 'vitest';
import { readSafetensors } from '../src/safetensors/read.ts';
import { messageOf } from './error.ts';
import { fileOf, tensor } from './safetensors-file.ts';

const padded = (header: string): string => header.padEnd(Math.ceil(header.length / 8) * 8);
const two = padded(`{${tensor('a', 'F32', [2], 0, 8)},${tensor('b', 'U8', [3], 8, 11)}}`);

describe('readSafetensors', () => {
  it.each<[string, string, readonly string[]]>([
    ['as they are written', `{${tensor('b', 'U8', [1], 1, 2)},${tensor('a', 'U8', [1], 0, 1)}}`, ['b', 'a']],
    ['also when they are numbers', `{${tensor('7', 'U8', [1], 0, 1)},${tensor('0', 'U8', [1], 1, 2)}}`, ['7', '0']],
    ['escapes undone', '{"a\\"\\u003a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}', ['a":']],
    [
      'whatever they are',
      `{${tensor('__proto__', 'U8', [2], 0, 2)},${tensor('', 'U8', [0], 2, 2)}}`,
      ['__proto__', ''],
    ],
  ])('gives names %s', (_, header, names) => {
    expect([...readSafetensors(fileOf(header, 2)).tensors.keys()]).toEqual(names);
  });

  it('gives metadata, wherever it stands', () => {
    const metadata = { format: 'pt', text: 'a "quoted" {text}: ü' };
    for (const members of [
      [`"__metadata__":${JSON.stringify(metadata)}`, tensor('a', 'U8', [1], 0, 1)],
      [tensor('a', 'U8', [1], 0, 1), `"__metadata__":${JSON.stringify(metadata)}`],
    ]) {
      const file = readSafetensors(fileOf(`{${members.join(',')}}`, 1));
      expect(file.metadata).toEqual(metadata);
      expect([...file.tensors.keys()]).toEqual(['a']);
    }
  });

  it('takes an empty file', () => {
    expect(readSafetensors(fileOf('{}', 0))).toEqual({ tensors: new Map(), metadata: {} });
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7])('reads the same values with the file at byte %i of a buffer', (offset) => {
    const members = [
      tensor('f64', 'F64', [1], 0, 8),
      tensor('u8', 'U8', [1], 8, 9),
      tensor('f32', 'F32', [2], 9, 17),
      tensor('i16', 'I16', [], 17, 19),
    ];
    const file = fileOf(padded(`{${members.join(',')}}`), 19);
    const buffer = new Uint8Array(file.length + offset);
    buffer.set(file, offset);
    const { tensors } = readSafetensors(buffer.subarray(offset));
    const view = new DataView(file.buffer, file.length - 19);
    expect(tensors).toEqual(
      new Map<string, unknown>([
        ['f64', { dtype: 'F64', shape: [1], data: Float64Array.of(view.getFloat64(0, true)) }],
        ['u8', { dtype: 'U8', shape: [1], data: Uint8Array.of(8) }],
        [
          'f32',
          { dtype: 'F32', shape: [2], data: Float32Array.of(view.getFloat32(9, true), view.getFloat32(13, true)) },
        ],
        ['i16', { dtype: 'I16', shape: [], data: Int16Array.of(view.getInt16(17, true)) }],
      ]),
    );
  });

  it('gives views of aligned data and copies of the rest', () => {
    const file = fileOf(padded(`{${tensor('u8', 'U8', [1], 0, 1)},${tensor('f32', 'F32', [1], 1, 5)}}`), 5);
    const { tensors } = readSafetensors(file.buffer);
    expect(tensors.get('u8')?.data.buffer).toBe(file.buffer);
    expect(tensors.get('f32')?.data.buffer).not.toBe(file.buffer);
  });

  it.each<[string, Uint8Array, string]>([
    [
      'an empty file',
      new Uint8Array(0),
      "readSafetensors: expected at least the 8 bytes of the header's length, received 0 bytes. [safetensors.truncated]",
    ],
    [
      'a file that ends in its header',
      fileOf(two, 11).subarray(0, 20),
      `readSafetensors: expected a header of ${String(two.length)} bytes, received 12 bytes after its length. [safetensors.truncated]`,
    ],
    [
      'a file that ends in its data',
      fileOf(two, 10),
      'readSafetensors: expected 11 bytes of tensors, received 10. Hint: the file was cut off, e.g. by an unfinished copy [safetensors.truncated]',
    ],
    [
      'a header that says to be longer than the file',
      fileOf(two, 11, 4096n),
      `readSafetensors: expected a header of 4096 bytes, received ${String(two.length + 11)} bytes after its length. [safetensors.truncated]`,
    ],
    [
      'an absurd header length',
      fileOf(two, 11, 2n ** 64n - 1n),
      'readSafetensors: expected a header of at most 100000000 bytes, received a length of 18446744073709551615. Hint: the file is damaged or not a safetensors file [safetensors.headerSize]',
    ],
    [
      'a header of length 0',
      fileOf('', 0),
      'readSafetensors: expected a header of JSON in UTF-8, received Unexpected end of JSON input. [safetensors.json]',
    ],
    [
      'a header that is not UTF-8',
      fileOf(Uint8Array.of(0x7b, 0xff, 0x7d), 0),
      'readSafetensors: expected a header of JSON in UTF-8, received The encoded data was not valid for encoding utf-8. [safetensors.json]',
    ],
    [
      'a header that is an array',
      fileOf('[1]', 0),
      'readSafetensors: expected a JSON object that starts at once, received [1]. [safetensors.json]',
    ],
    [
      'a header that starts with a space',
      fileOf(' {}', 0),
      'readSafetensors: expected a JSON object that starts at once, received  {}. [safetensors.json]',
    ],
    [
      'a name that occurs twice',
      fileOf(`{${tensor('a', 'U8', [1], 0, 1)},${tensor('a', 'U8', [1], 1, 2)}}`, 2),
      'readSafetensors: expected each name once, received a twice. [safetensors.duplicate]',
    ],
    [
      'a field that occurs twice, once spelled with an escape',
      fileOf('{"a":{"dtype":"U8","shape":[1],"sh\\u0061pe":[1],"data_offsets":[0,1]}}', 1),
      'readSafetensors: expected each name once, received shape twice. [safetensors.duplicate]',
    ],
    [
      'metadata that is not text',
      fileOf('{"__metadata__":{"step":3}}', 0),
      'readSafetensors (__metadata__): expected an object of strings, received {"step":3}. [safetensors.metadata]',
    ],
    [
      'a tensor that is not an object',
      fileOf('{"a":null}', 0),
      'readSafetensors (a): expected { dtype, shape, data_offsets: [begin, end] }, received null. [safetensors.entry]',
    ],
    [
      'a tensor without offsets',
      fileOf('{"a":{"dtype":"U8","shape":[1]}}', 1),
      'readSafetensors (a): expected { dtype, shape, data_offsets: [begin, end] }, received {"dtype":"U8","shape":[1]}. [safetensors.entry]',
    ],
    [
      'negative offsets',
      fileOf(`{${tensor('a', 'U8', [1], -1, 0)}}`, 1),
      'readSafetensors (a): expected { dtype, shape, data_offsets: [begin, end] }, received {"dtype":"U8","shape":[1],"data_offsets":[-1,0]}. [safetensors.entry]',
    ],
    [
      'an element type that it does not know',
      fileOf(`{${tensor('a', 'F8_E4M3', [1], 0, 1)}}`, 1),
      'readSafetensors (a): expected one of BOOL, U8, I8, U16, I16, F16, BF16, U32, I32, F32, U64, I64, F64, received "F8_E4M3". [safetensors.dtype]',
    ],
    [
      'a tensor without an element type',
      fileOf('{"a":{"shape":[1],"data_offsets":[0,1]}}', 1),
      'readSafetensors (a): expected one of BOOL, U8, I8, U16, I16, F16, BF16, U32, I32, F32, U64, I64, F64, received none. [safetensors.dtype]',
    ],
    [
      'a shape that is not made of counts',
      fileOf(`{${tensor('a', 'U8', [1, -1], 0, 1)}}`, 1),
      'readSafetensors (a): expected a shape of counts, received [1,-1]. [safetensors.shape]',
    ],
    [
      'a shape of more elements than numbers count',
      fileOf(`{${tensor('a', 'U8', [2 ** 40, 2 ** 40], 0, 1)}}`, 1),
      'readSafetensors (a): expected a shape of counts, received [1099511627776,1099511627776]. [safetensors.shape]',
    ],
    [
      'offsets that do not fit the shape',
      fileOf(`{${tensor('a', 'F32', [2, 2], 0, 12)}}`, 12),
      'readSafetensors (a): expected 16 bytes for F32 [2, 2], received offsets 0 to 12. [safetensors.byteCount]',
    ],
    [
      'offsets that run backwards',
      fileOf(`{${tensor('a', 'U8', [1], 1, 0)}}`, 1),
      'readSafetensors (a): expected 1 bytes for U8 [1], received offsets 1 to 0. [safetensors.byteCount]',
    ],
    [
      'offsets beyond the file',
      fileOf(`{${tensor('a', 'U8', [4], 2 ** 50, 2 ** 50 + 4)}}`, 4),
      'readSafetensors: expected 1125899906842628 bytes of tensors, received 4. Hint: the file was cut off, e.g. by an unfinished copy [safetensors.truncated]',
    ],
    [
      'tensors that overlap',
      fileOf(`{${tensor('a', 'U8', [4], 0, 4)},${tensor('b', 'U8', [4], 2, 6)}}`, 6),
      'readSafetensors (b): expected data from byte 4, where the data before it ends, received data from byte 2. [safetensors.overlap]',
    ],
    [
      'a hole between tensors',
      fileOf(`{${tensor('a', 'U8', [1], 0, 1)},${tensor('b', 'U8', [1], 2, 3)}}`, 3),
      'readSafetensors (b): expected data from byte 1, where the data before it ends, received data from byte 2. [safetensors.hole]',
    ],
    [
      'bytes that no tensor owns',
      fileOf(two, 12),
      'readSafetensors: expected 11 bytes of tensors, received 12. Hint: the file is damaged: no tensor owns its last bytes [safetensors.trailing]',
    ],
  ])('refuses %s', async (_, bytes, message) => {
    expect(await messageOf(() => readSafetensors(bytes))).toBe(message);
  });

  it('refuses a header that is not JSON', async () => {
    expect(await messageOf(() => readSafetensors(fileOf('{"a":', 0)))).toMatch(
      /^readSafetensors: expected a header of JSON in UTF-8, received .+ \[safetensors\.json\]$/,
    );
  });
});
