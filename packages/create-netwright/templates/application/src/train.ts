// npm run train -- FOLDER [EPOCHS]

import { writeFile } from 'node:fs/promises';
import { serializeModel } from '@netwright/weights';
import { trainPhotos } from './train-photos.ts';

const [directory = 'photos', epochs = '20'] = process.argv.slice(2);
const { model, accuracy } = await trainPhotos(directory, {
  epochs: Number(epochs),
  on: (event) => {
    if (event.kind === 'epoch') console.log(`epoch ${String(event.epoch)}: loss ${event.train.loss.toFixed(4)}`);
  },
});
const { tensors, description } = serializeModel(model);
await writeFile('model.safetensors', tensors);
await writeFile('model.json', description);
console.log(`accuracy on images not trained on: ${(100 * accuracy).toFixed(1)} %; written to model.safetensors`);
