// Decoded PNG files of every colour type and depth as interleaved pixels.

import type { Image } from '@netwright/data';
import type { DecodedPng } from 'fast-png';

/** Palettes are resolved; depths other than 8 bits become floats from 0 to 1. */
export function fromPng(png: DecodedPng): Image {
  const { width, height, channels, depth, data, palette } = png;
  // Files in true colour may suggest a palette; only those with one channel use it.
  if (palette !== undefined && channels === 1) return fromPalette(png, palette);
  if (depth === 8) return { width, height, channels, data: Uint8Array.from(data) };
  if (depth === 16) return { width, height, channels, data: Float32Array.from(data, (value) => value / 65535) };
  const values = Float32Array.from(samplesOf(png), (value) => value / (2 ** depth - 1));
  return { width, height, channels: 1, data: values };
}

function fromPalette(png: DecodedPng, palette: readonly (readonly number[])[]): Image {
  const { width, height } = png;
  const channels = palette[0].length;
  const pixels = new Uint8Array(width * height * channels);
  samplesOf(png).forEach((index, at) => pixels.set(palette[index], at * channels));
  return { width, height, channels, data: pixels };
}

/** The samples of a file with one channel of 1, 2, 4 or 8 bits, whose rows begin at whole bytes. */
function samplesOf({ width, height, depth, data }: DecodedPng): Uint8Array {
  const perByte = 8 / depth;
  const rowBytes = Math.ceil(width / perByte);
  return Uint8Array.from({ length: width * height }, (_, pixel) => {
    const x = pixel % width;
    const byte = data[Math.floor(pixel / width) * rowBytes + Math.floor(x / perByte)];
    return (byte >> (8 - depth * ((x % perByte) + 1))) & (2 ** depth - 1);
  });
}
