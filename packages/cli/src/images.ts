// PNG and JPEG files as images.

import { readFile } from 'node:fs/promises';
import type { Image } from '@netwright/data';
import { NetwrightError } from '@netwright/ir';
import { decode as decodePng, type DecodedPng } from 'fast-png';
import { decode as decodeJpeg } from 'jpeg-js';

/**
 * Decodes a PNG or JPEG file; which it is follows from its content.
 *
 * @throws NetwrightError `cli.image` when the file cannot be read, is neither, or is damaged.
 */
export async function readImage(file: string): Promise<Image> {
  try {
    const bytes = await readFile(file);
    if (bytes[0] === 0x89 && bytes[1] === 0x50) return fromPng(decodePng(bytes));
    if (bytes[0] === 0xff && bytes[1] === 0xd8) {
      const { width, height, data } = decodeJpeg(bytes, { useTArray: true });
      return { width, height, channels: 4, data };
    }
  } catch (cause) {
    throw imageError(file, cause instanceof Error ? cause.message : String(cause), cause);
  }
  throw imageError(file, 'a file that begins like neither');
}

function fromPng({ width, height, channels, depth, data, palette }: DecodedPng): Image {
  // Files in true colour may suggest a palette; only those with one channel use it.
  if (palette !== undefined && channels === 1) {
    const colours = palette[0].length;
    const pixels = new Uint8Array(width * height * colours);
    const perByte = 8 / depth;
    const rowBytes = Math.ceil(width / perByte);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const shift = 8 - depth * ((x % perByte) + 1);
        const index = (data[y * rowBytes + Math.floor(x / perByte)] >> shift) & (2 ** depth - 1);
        pixels.set(palette[index], (y * width + x) * colours);
      }
    }
    return { width, height, channels: colours, data: pixels };
  }
  if (depth === 8) return { width, height, channels, data: Uint8Array.from(data) };
  if (depth === 16) return { width, height, channels, data: Float32Array.from(data, (value) => value / 65535) };
  const perByte = 8 / depth;
  const rowBytes = Math.ceil(width / perByte);
  const gray = Float32Array.from({ length: width * height }, (_, pixel) => {
    const x = pixel % width;
    const byte = data[Math.floor(pixel / width) * rowBytes + Math.floor(x / perByte)];
    return ((byte >> (8 - depth * ((x % perByte) + 1))) & (2 ** depth - 1)) / (2 ** depth - 1);
  });
  return { width, height, channels: 1, data: gray };
}

function imageError(file: string, received: string, cause?: unknown): NetwrightError {
  return new NetwrightError({
    code: 'cli.image',
    operation: 'readImage',
    scope: file,
    expected: 'a PNG or JPEG file',
    received,
    ...(cause === undefined ? {} : { cause }),
  });
}
