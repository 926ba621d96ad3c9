// Image files of every layout as pixels. The files are put together here, as encoders rarely write the small depths.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { encode } from 'fast-png';
import { encode as encodeJpeg } from 'jpeg-js';
import { describe, expect, it } from 'vitest';
import { decodeImage, readImage } from '../src/index.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const directory = temporaryDirectory();

/** CRC-32 as PNG chunks end with. */
function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

function chunk(type: string, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + content.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(content, 8);
  view.setUint32(8 + content.length, crc32(bytes.subarray(4, 8 + content.length)));
  return bytes;
}

interface Png {
  readonly width: number;
  readonly depth: number;
  readonly colour: 0 | 2 | 3;
  /** Packed bytes of each row. */
  readonly rows: readonly (readonly number[])[];
  readonly palette?: readonly number[];
  readonly alpha?: readonly number[];
}

function png({ width, depth, colour, rows, palette, alpha }: Png): Uint8Array {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, rows.length);
  header.set([depth, colour], 8);
  return Buffer.concat([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk('IHDR', header),
    ...(palette === undefined ? [] : [chunk('PLTE', Uint8Array.from(palette))]),
    ...(alpha === undefined ? [] : [chunk('tRNS', Uint8Array.from(alpha))]),
    chunk('IDAT', deflateSync(Uint8Array.from(rows.flatMap((row) => [0, ...row])))),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

const RED_GREEN_BLUE_GRAY = [255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9];

it.each<[string, Uint8Array, number, readonly number[]]>([
  ['1-bit gray', png({ width: 3, depth: 1, colour: 0, rows: [[0b10100000], [0b01000000]] }), 1, [1, 0, 1, 0, 1, 0]],
  ['2-bit gray', png({ width: 5, depth: 2, colour: 0, rows: [[0b00011011, 0b11000000]] }), 1, [0, 1 / 3, 2 / 3, 1, 1]],
  ['4-bit gray', png({ width: 3, depth: 4, colour: 0, rows: [[0x0f, 0x30]] }), 1, [0, 1, 0.2]],
  [
    '1-bit palette',
    png({ width: 2, depth: 1, colour: 3, rows: [[0b01000000]], palette: RED_GREEN_BLUE_GRAY.slice(0, 6) }),
    3,
    [255, 0, 0, 0, 255, 0],
  ],
  [
    '2-bit palette over two bytes',
    png({ width: 5, depth: 2, colour: 3, rows: [[0b00011011, 0b10000000]], palette: RED_GREEN_BLUE_GRAY }),
    3,
    [...RED_GREEN_BLUE_GRAY, 0, 0, 255],
  ],
  [
    '8-bit palette with transparency of its first colour',
    png({ width: 2, depth: 8, colour: 3, rows: [[3, 0]], palette: RED_GREEN_BLUE_GRAY, alpha: [7] }),
    4,
    [9, 9, 9, 255, 255, 0, 0, 7],
  ],
  [
    'true colour that suggests a palette',
    png({ width: 2, depth: 8, colour: 2, rows: [[1, 2, 3, 0, 1, 2]], palette: RED_GREEN_BLUE_GRAY }),
    3,
    [1, 2, 3, 0, 1, 2],
  ],
  ['8-bit gray', encode({ width: 2, height: 1, channels: 1, depth: 8, data: Uint8Array.of(3, 255) }), 1, [3, 255]],
  [
    '16-bit gray with alpha',
    encode({ width: 1, height: 1, channels: 2, depth: 16, data: Uint16Array.of(13107, 65535) }),
    2,
    [0.2, 1],
  ],
])('reads %s', async (name, bytes, channels, pixels) => {
  const file = path.join(directory, `${name}.png`);
  writeFileSync(file, bytes);
  const image = await readImage(file);
  expect(image.channels).toBe(channels);
  expect(image.width * image.height * channels).toBe(pixels.length);
  expect(image.data).toHaveLength(pixels.length);
  pixels.forEach((value, at) => expect(image.data[at]).toBeCloseTo(value, 6));
});

/** A smooth picture, so that JPEG keeps it nearly as it is. */
const [WIDTH, HEIGHT] = [19, 13];
const smooth = Uint8Array.from({ length: WIDTH * HEIGHT * 4 }, (_, at) => {
  const [pixel, channel] = [Math.floor(at / 4), at % 4];
  return channel === 3 ? 255 : 40 + 8 * (pixel % WIDTH) + 3 * Math.floor(pixel / WIDTH) * channel;
});
const jpeg = Uint8Array.from(encodeJpeg({ width: WIDTH, height: HEIGHT, data: smooth }, 95).data);
const pngFile = encode({ width: WIDTH, height: HEIGHT, channels: 4, depth: 8, data: smooth });

it('reads JPEG as RGB', () => {
  const image = decodeImage(jpeg);
  expect([image.width, image.height, image.channels, image.data.length]).toEqual([
    WIDTH,
    HEIGHT,
    3,
    WIDTH * HEIGHT * 3,
  ]);
  const differences = Array.from(image.data, (value, at) =>
    Math.abs(value - smooth[Math.floor(at / 3) * 4 + (at % 3)]),
  );
  expect(Math.max(...differences)).toBeLessThan(12);
});

it('reads a JPEG file with bytes behind its end and fill bytes between markers', () => {
  const fill = Buffer.concat([
    jpeg.subarray(0, 2),
    Uint8Array.of(0xff, 0xff),
    jpeg.subarray(2),
    Uint8Array.of(0, 7, 9),
  ]);
  expect(decodeImage(fill).data).toEqual(decodeImage(jpeg).data);
});

describe('what is not whole', () => {
  const messageOf = (bytes: Uint8Array): string => {
    try {
      decodeImage(bytes, 'cats/tom');
    } catch (error) {
      return String(error);
    }
    return 'decoded';
  };

  it.each([
    ['PNG', pngFile],
    ['JPEG', jpeg],
  ])('a %s file cut off anywhere is refused by name', (_, bytes) => {
    for (let length = 0; length < bytes.length; length++) {
      const message = messageOf(bytes.subarray(0, length));
      expect(message, String(length)).toContain('readImage (cats/tom): expected a whole PNG or JPEG file, received ');
      expect(message, String(length)).toContain('[images.file]');
    }
  });

  it('a PNG file with a changed byte in any chunk is refused', () => {
    for (let at = 8; at < pngFile.length; at++) {
      const damaged = pngFile.slice();
      damaged[at] ^= 0x20;
      expect(messageOf(damaged), String(at)).toContain('[images.file]');
    }
  });

  it.each([
    [new Uint8Array(0), 'an empty file'],
    [Uint8Array.of(0x47, 0x49, 0x46, 0x38, 0x39), 'a file of 5 bytes that begins with 47 49 46 38'],
    [jpeg.subarray(0, 300), 'a JPEG file cut off after 300 bytes'],
  ])('says what it found', (bytes, received) => {
    expect(messageOf(bytes)).toBe(
      `NetwrightError: readImage (cats/tom): expected a whole PNG or JPEG file, received ${received}. [images.file]`,
    );
  });

  it('a file that is not there', async () => {
    await expect(readImage(path.join(directory, 'absent.png'))).rejects.toThrow('ENOENT');
  });
});
