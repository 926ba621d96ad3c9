import { preprocess, type Preprocessing } from '@netwright/data';
import { inferenceMode } from '@netwright/ir';
import { createPredictor } from '@netwright/train';
import { readImage } from '../images.ts';
import { create } from '../plugins.ts';
import { modelOf, readSavedModel } from '../saved-models.ts';
import { EXIT, type Session } from '../session.ts';
import type { Spec } from '../spec.ts';

export interface PredictOptions {
  readonly config?: string;
  readonly backend: Spec;
  readonly top: number;
  readonly resize?: Preprocessing['resize'];
  readonly json: boolean;
}

interface Prediction {
  readonly image: string;
  readonly classes: readonly { readonly name: string; readonly probability: number }[];
}

/** Prints the most probable classes of each image. Needs nothing but the model's two files. */
export async function predictCommand(
  { output, plugins }: Session,
  place: string,
  files: readonly string[],
  options: PredictOptions,
): Promise<number> {
  const saved = await readSavedModel(place);
  const preprocessing = { ...saved.preprocessing, ...(options.resize === undefined ? {} : { resize: options.resize }) };
  const inputs = await Promise.all(files.map(async (file) => preprocess(await readImage(file), preprocessing)));
  const backend = create('backend', (await plugins(options.config)).backends, options.backend);
  try {
    const predictor = await createPredictor({
      model: modelOf(saved),
      graph: inferenceMode.run(saved.graph),
      backend,
      entries: saved.entries,
    });
    const predictions: Prediction[] = [];
    for (const [index, input] of inputs.entries()) {
      const logits = await predictor.predict(input);
      predictions.push({ image: files[index], classes: topClasses(logits, saved.classes, options.top) });
    }
    await predictor.dispose();
    if (options.json) output.line(JSON.stringify(predictions, undefined, 2));
    else for (const prediction of predictions) output.line(describe(prediction));
    return EXIT.ok;
  } finally {
    await backend.dispose();
  }
}

function topClasses(logits: Float32Array | Float64Array, names: readonly string[], top: number): Prediction['classes'] {
  const values = Array.from(logits);
  const largest = Math.max(...values);
  const weights = values.map((logit) => Math.exp(logit - largest));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights
    .map((weight, index) => ({ name: names[index], probability: weight / total }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, top);
}

function describe({ image, classes }: Prediction): string {
  return `${image}: ${classes.map(({ name, probability }) => `${name} ${(100 * probability).toFixed(1)} %`).join(', ')}`;
}
