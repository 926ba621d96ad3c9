// npm run predict -- IMAGE...

import { readFile } from 'node:fs/promises';
import { cpu } from '@netwright/backend-cpu';
import { readImage } from '@netwright/data-images';
import { predict } from '@netwright/train';
import { deserializeModel } from '@netwright/weights';

const files = process.argv.slice(2);
const model = deserializeModel(await readFile('model.safetensors'), await readFile('model.json', 'utf8'));
const predictions = await predict(await Promise.all(files.map(readImage)), { model, backend: cpu() });
predictions.forEach(([{ name, probability }], at) => {
  console.log(`${files[at]}: ${name} (${(100 * probability).toFixed(1)} %)`);
});
