// Drawn stripes, upright and lying: the dataset to start from.

import { tensorDataset, type Dataset, type DataSource } from '@netwright/data';
import { NetwrightError, randomKeys, uniformOf } from '@netwright/ir';

export interface TemplateNameOptions {
  /** Images of the training part; a quarter as many are in the test part. Default 400. */
  readonly samples?: number;
  /** Decides every pixel. Default 0. */
  readonly seed?: number;
}

const CLASSES = ['lying', 'upright'] as const;
const SIDE = 8;

/**
 * Gray images of 8 x 8 pixels with stripes under noise, in two classes. Nothing is made before `load`.
 *
 * @throws NetwrightError `template-name.samples` unless `samples` is an integer of at least 4.
 */
export function templateName({ samples = 400, seed = 0 }: TemplateNameOptions = {}): DataSource {
  if (!Number.isSafeInteger(samples) || samples < 4) {
    throw new NetwrightError({
      code: 'template-name.samples',
      operation: 'templateName',
      expected: 'at least 4 samples',
      received: String(samples),
    });
  }
  return {
    name: 'template-name',
    load: async () => ({ train: draw('train', samples, seed), test: draw('test', Math.floor(samples / 4), seed) }),
  };
}

/** Every pixel is a function of the seed, the part and its place. */
function draw(part: 'train' | 'test', count: number, seed: number): Dataset {
  const keys = randomKeys(seed, 0, part === 'train' ? 1 : 2);
  const size = SIDE * SIDE;
  const images = new Uint8Array(count * size);
  const labels = Int32Array.from({ length: count }, (_, sample) => sample % CLASSES.length);
  for (let at = 0; at < images.length; at++) {
    const [row, column] = [Math.floor((at % size) / SIDE), at % SIDE];
    const isBright = (labels[Math.floor(at / size)] === 0 ? row : column) % 2 === 0;
    images[at] = Math.round((isBright ? 128 : 0) + 127 * uniformOf(keys, at));
  }
  return tensorDataset({ name: `template-name ${part}`, images, labels, shape: [1, SIDE, SIDE], classes: CLASSES });
}
