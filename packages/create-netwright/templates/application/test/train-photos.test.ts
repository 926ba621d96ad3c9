import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpu } from '@netwright/backend-cpu';
import { readImage } from '@netwright/data-images';
import { predict } from '@netwright/train';
import { deserializeModel, serializeModel } from '@netwright/weights';
import { encode } from 'fast-png';
import { afterAll, expect, it } from 'vitest';
import { trainPhotos } from '../src/train-photos.ts';

const directory = mkdtempSync(join(tmpdir(), 'photos-'));
afterAll(() => {
  rmSync(directory, { recursive: true });
});

/** A photo of red or blue noise. */
function photo(name: 'red' | 'blue', at: number): string {
  const side = 20;
  const strong = name === 'red' ? 0 : 2;
  const data = Uint8Array.from({ length: side * side * 3 }, (_, element) => {
    const noise = Math.abs(Math.sin((element + 1) * (at + 3) * 12.9898) * 43758.5453) % 1;
    return Math.floor(noise * (element % 3 === strong ? 255 : 120));
  });
  const file = join(directory, name, `${String(at)}.png`);
  writeFileSync(file, encode({ width: side, height: side, channels: 3, depth: 8, data }));
  return file;
}

it('learns two kinds of photos, and tells them apart after the model was written and read', async () => {
  for (const name of ['red', 'blue'] as const) {
    mkdirSync(join(directory, name));
    for (let at = 0; at < 40; at++) photo(name, at);
  }
  const losses: number[] = [];
  const { model, accuracy } = await trainPhotos(directory, {
    epochs: 4,
    on: (event) => {
      if (event.kind === 'epoch') losses.push(event.train.loss);
    },
  });
  expect(losses).toHaveLength(4);
  expect(losses[3]).toBeLessThan(losses[0] / 2);
  expect(accuracy).toBeGreaterThan(0.9);

  const { tensors, description } = serializeModel(model);
  const images = await Promise.all([photo('red', 90), photo('blue', 91)].map(readImage));
  const predictions = await predict(images, { model: deserializeModel(tensors, description), backend: cpu() });
  expect(predictions.map(([{ name }]) => name)).toEqual(['red', 'blue']);
}, 60_000);
