import path from 'node:path';
import type { Preprocessing } from '@netwright/data';
import { readImage } from '@netwright/data-images';
import { predict, type Prediction } from '@netwright/train';
import { create } from '../plugins.ts';
import { readSavedModel } from '../saved-models.ts';
import { EXIT, type Session } from '../session.ts';
import type { Spec } from '../spec.ts';

export interface PredictOptions {
  readonly config?: string;
  readonly backend: Spec;
  readonly top: number;
  readonly resize?: Preprocessing['resize'];
  readonly json: boolean;
}

/** Prints the most probable classes of each image. Needs nothing but the model's two files. */
export async function predictCommand(
  { output, plugins, directory }: Session,
  place: string,
  files: readonly string[],
  { config, backend: spec, top, resize, json }: PredictOptions,
): Promise<number> {
  const model = await readSavedModel(path.resolve(directory, place));
  const images = await Promise.all(files.map((file) => readImage(path.resolve(directory, file))));
  const backend = create('backend', (await plugins(config)).backends, spec);
  try {
    const predictions = await predict(images, { model, backend, ...(resize === undefined ? {} : { resize }) });
    const shown = predictions.map((classes, index) => ({ image: files[index], classes: classes.slice(0, top) }));
    if (json) output.line(JSON.stringify(shown, undefined, 2));
    else for (const { image, classes } of shown) output.line(`${image}: ${describe(classes)}`);
    return EXIT.ok;
  } finally {
    await backend.dispose();
  }
}

function describe(classes: Prediction): string {
  return classes.map(({ name, probability }) => `${name} ${(100 * probability).toFixed(1)} %`).join(', ');
}
