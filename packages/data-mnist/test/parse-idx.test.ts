import { describe, expect, it } from 'vitest';
import { idxDataset, parseIdx, parseIdxBytes, type IdxArray } from '../src/idx/index.ts';
import { messageOf } from './error.ts';
import { idx, imageFile, labelFile } from './idx-files.ts';

/** A view that does not start where its buffer does, as slices of a larger file are. */
function shifted(bytes: Uint8Array): Uint8Array {
  const buffer = new Uint8Array(bytes.length + 3);
  buffer.set(bytes, 3);
  return buffer.subarray(3);
}

function bigEndian(bytes: number, values: readonly number[], set: (view: DataView, at: number, value: number) => void) {
  const view = new DataView(new ArrayBuffer(bytes * values.length));
  values.forEach((value, i) => set(view, bytes * i, value));
  return [...new Uint8Array(view.buffer)];
}

describe('parseIdx', () => {
  it.each<[string, Uint8Array, IdxArray]>([
    ['u8', idx(0x08, [2, 2], [1, 2, 3, 255]), { dtype: 'u8', shape: [2, 2], data: Uint8Array.of(1, 2, 3, 255) }],
    ['i8', idx(0x09, [2], [1, 255]), { dtype: 'i8', shape: [2], data: Int8Array.of(1, -1) }],
    [
      'i16',
      idx(0x0b, [3, 1], [0x01, 0x02, 0xff, 0xfe, 0, 0]),
      { dtype: 'i16', shape: [3, 1], data: Int16Array.of(258, -2, 0) },
    ],
    [
      'i32',
      idx(0x0c, [2], [0, 1, 0, 2, 0xff, 0xff, 0xff, 0xff]),
      { dtype: 'i32', shape: [2], data: Int32Array.of(65538, -1) },
    ],
    [
      'f32',
      idx(
        0x0d,
        [2],
        bigEndian(4, [0.5, -3], (view, at, value) => view.setFloat32(at, value)),
      ),
      { dtype: 'f32', shape: [2], data: Float32Array.of(0.5, -3) },
    ],
    [
      'f64',
      idx(
        0x0e,
        [2],
        bigEndian(8, [Math.PI, -0], (view, at, value) => view.setFloat64(at, value)),
      ),
      { dtype: 'f64', shape: [2], data: Float64Array.of(Math.PI, -0) },
    ],
    ['an empty array', idx(0x08, [0, 28, 28], []), { dtype: 'u8', shape: [0, 28, 28], data: new Uint8Array(0) }],
    ['a scalar', idx(0x08, [], [9]), { dtype: 'u8', shape: [], data: Uint8Array.of(9) }],
  ])('reads %s', (_, bytes, expected) => {
    expect(parseIdx(bytes)).toEqual(expected);
    expect(parseIdx(shifted(bytes))).toEqual(expected);
    expect(parseIdx(Uint8Array.from(bytes).buffer)).toEqual(expected);
  });

  const file = imageFile(2);
  const hint = 'Hint: the file is damaged; fetch it again';
  it.each<[string, Uint8Array, string]>([
    [
      'an empty file',
      new Uint8Array(0),
      `parseIdx (f): expected at least 4 bytes for its magic number, received 0 bytes. ${hint} [idx.truncated]`,
    ],
    [
      'a file that ends in its header',
      file.subarray(0, 15),
      `parseIdx (f): expected at least 16 bytes for its header of 3 axes, received 15 bytes. ${hint} [idx.truncated]`,
    ],
    [
      'a file that ends in its data',
      file.subarray(0, 27),
      `parseIdx (f): expected at least 28 bytes for its array of 2 x 2 x 3, received 27 bytes. ${hint} [idx.truncated]`,
    ],
    [
      'a file that goes on after its data',
      Uint8Array.from([...file, 0]),
      `parseIdx (f): expected 28 bytes for its array of 2 x 2 x 3, received 29 bytes. ${hint} [idx.trailing]`,
    ],
    [
      'a size beyond all memory',
      idx(0x0e, [0xffffffff, 0xffffffff, 0xffffffff], [1]),
      `parseIdx (f): expected at least ${String(4294967295 * 4294967295 * 4294967295 * 8 + 16)} bytes for its array of 4294967295 x 4294967295 x 4294967295, received 17 bytes. ${hint} [idx.truncated]`,
    ],
    [
      'a file of another kind',
      Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a),
      'parseIdx (f): expected two zero bytes, then an element type from 08 to 0e, received the magic number 89504e47. Hint: the file is not the IDX file that its name says [idx.magic]',
    ],
    [
      'an unknown element type',
      idx(0x0a, [1], [1]),
      'parseIdx (f): expected two zero bytes, then an element type from 08 to 0e, received the magic number 00000a01. Hint: the file is not the IDX file that its name says [idx.magic]',
    ],
  ])('refuses %s', async (_, bytes, message) => {
    expect(await messageOf(() => parseIdx(bytes, 'f'))).toBe(message);
  });

  it('refuses labels where images are wanted', async () => {
    expect(await messageOf(() => parseIdxBytes(labelFile([1]), 3, 'f'))).toBe(
      'parseIdx (f): expected unsigned bytes with 3 axes (magic number 00000803), received u8 with 1 axes. Hint: the file is not the IDX file that its name says [idx.magic]',
    );
  });
});

describe('idxDataset', () => {
  const images = { name: 'images', bytes: imageFile(3) };
  const classes = ['0', '1', '2'];

  it.each([
    [undefined, [2, 0, 1]],
    [2, [2, 0]],
    [9, [2, 0, 1]],
  ])('takes the first %s samples', async (limit, labels) => {
    const dataset = idxDataset({
      name: 'tiny',
      images,
      labels: { name: 'labels', bytes: labelFile([2, 0, 1]) },
      classes,
      limit,
    });
    expect(dataset).toMatchObject({ name: 'tiny', length: labels.length, shape: [1, 2, 3], classes });
    expect(await dataset.read(Int32Array.from(labels.keys()))).toEqual({
      images: Uint8Array.from({ length: labels.length * 6 }, (_, i) => i),
      labels: Int32Array.from(labels),
    });
  });

  it.each<[string, readonly number[], string]>([
    [
      'more images than labels',
      [1, 2],
      'idxDataset (tiny): expected as many labels as images (3 in images), received 2 in labels. Hint: the two files belong to different sets [idx.count]',
    ],
    [
      'a label without a class',
      [0, 1, 3],
      'tensorDataset (tiny): expected an image for each label and a class for each label, received 3 labels, 3 classes; label 2 is 3, not one of 0 to 2. [data.samples]',
    ],
  ])('refuses %s', async (_, labels, message) => {
    const run = () =>
      idxDataset({ name: 'tiny', images, labels: { name: 'labels', bytes: labelFile(labels) }, classes });
    expect(await messageOf(run)).toBe(message);
  });
});
