// PNG and JPEG files as images.

import { readFile } from 'node:fs/promises';
import type { Image } from '@netwright/data';
import { NetwrightError } from '@netwright/ir';
import { decode as decodePng } from 'fast-png';
import { decode as decodeJpeg } from 'jpeg-js';
import { hasJpegEnd } from './jpeg-end.ts';
import { fromPng } from './png-pixels.ts';

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const JPEG = [0xff, 0xd8];

/**
 * Decodes a PNG or JPEG file; which it is follows from its first bytes. PNG files keep their channels (gray, gray and alpha, RGB, RGBA; palettes are resolved) as bytes,
 * or as floats from 0 to 1 where they have another depth than 8 bits; JPEG files become RGB bytes. Orientation tags are not applied.
 *
 * @param name - what an error calls the file.
 * @throws NetwrightError `images.file` when the file is neither, is cut off or is damaged.
 */
export function decodeImage(bytes: Uint8Array, name = 'image'): Image {
  const isPng = beginsWith(bytes, PNG);
  if (!isPng && !beginsWith(bytes, JPEG)) throw fileError(name, describeStart(bytes));
  if (!isPng && !hasJpegEnd(bytes)) throw fileError(name, `a JPEG file cut off after ${String(bytes.length)} bytes`);
  try {
    if (isPng) return fromPng(decodePng(bytes, { checkCrc: true }));
    const { width, height, data } = decodeJpeg(bytes, {
      useTArray: true,
      formatAsRGBA: false,
      tolerantDecoding: false,
      maxResolutionInMP: Infinity,
      maxMemoryUsageInMB: Infinity,
    });
    return { width, height, channels: 3, data };
  } catch (cause) {
    throw fileError(
      name,
      `a damaged ${isPng ? 'PNG' : 'JPEG'} file of ${String(bytes.length)} bytes: ${messageOf(cause)}`,
      cause,
    );
  }
}

/**
 * Reads and decodes a PNG or JPEG file; see {@link decodeImage}.
 *
 * @throws NetwrightError `images.file` when it cannot be read, is neither, is cut off or is damaged.
 */
export async function readImage(file: string): Promise<Image> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    throw fileError(file, messageOf(cause), cause);
  }
  return decodeImage(bytes, file);
}

function beginsWith(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, at) => bytes[at] === byte);
}

function describeStart(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'an empty file';
  const start = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return `a file of ${String(bytes.length)} bytes that begins with ${start}`;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function fileError(file: string, received: string, cause?: unknown): NetwrightError {
  return new NetwrightError({
    code: 'images.file',
    operation: 'readImage',
    scope: file,
    expected: 'a whole PNG or JPEG file',
    received,
    ...(cause === undefined ? {} : { cause }),
  });
}
