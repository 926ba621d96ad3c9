// Disks, squares and crosses, drawn anew from a seed.

import { tensorDataset, type Dataset, type DataSource } from '@netwright/data';
import { NetwrightError } from '@netwright/ir';

export interface ShapesOptions {
  /** Height and width in pixels, at least 8. Default 16. */
  readonly size?: number;
  /** Training images. Default 240. */
  readonly train?: number;
  /** Test images. Default 60. */
  readonly test?: number;
  /** Default 0. */
  readonly seed?: number;
}

const CLASSES = ['disk', 'square', 'cross'] as const;

/**
 * Grey images [1, size, size] of one shape each, of any place, size and brightness, on noise.
 *
 * @throws NetwrightError `shapes.size` for images smaller than 8 pixels.
 */
export function shapes({ size = 16, train = 240, test = 60, seed = 0 }: ShapesOptions = {}): DataSource {
  if (!(Number.isInteger(size) && size >= 8)) {
    throw new NetwrightError({
      code: 'shapes.size',
      operation: 'shapes',
      expected: 'a whole number of pixels from 8',
      received: String(size),
    });
  }
  return {
    name: 'shapes',
    load: async () => ({
      train: draw('train', { size, count: train, seed, first: 0 }),
      test: draw('test', { size, count: test, seed, first: train }),
    }),
  };
}

interface Part {
  readonly size: number;
  readonly count: number;
  readonly seed: number;
  /** Samples are numbered through all parts, so that none is in two. */
  readonly first: number;
}

function draw(name: string, { size, count, seed, first }: Part): Dataset {
  const pixels = size * size;
  const images = new Uint8Array(count * pixels);
  const labels = Array.from({ length: count }, (_, i) => i % CLASSES.length);
  for (let i = 0; i < count; i++) {
    const uniform = uniformOf(seed, first + i);
    const radius = size * (0.15 + 0.15 * uniform());
    const [y, x] = [uniform(), uniform()].map((at) => radius + (size - 1 - 2 * radius) * at);
    const brightness = 130 + 100 * uniform();
    for (let at = 0; at < pixels; at++) {
      const [dy, dx] = [Math.floor(at / size) - y, (at % size) - x];
      const value = isInside(labels[i], dy / radius, dx / radius) ? brightness : 0;
      images[i * pixels + at] = value + 25 * uniform();
    }
  }
  return tensorDataset({ name: `shapes, ${name}`, images, labels, shape: [1, size, size], classes: CLASSES });
}

function isInside(label: number, y: number, x: number): boolean {
  const [height, width] = [Math.abs(y), Math.abs(x)];
  if (label === 0) return height * height + width * width <= 1;
  if (label === 1) return Math.max(height, width) <= 0.9;
  return Math.max(height, width) <= 1 && Math.min(height, width) <= 0.3;
}

/** Mulberry32. */
function uniformOf(seed: number, sample: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(sample + 1, 0x85ebca6b);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
