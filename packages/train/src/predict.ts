// From images to classes, with a saved model alone.

import type { Model } from '@netwright/arch';
import type { Backend } from '@netwright/compiler';
import { preprocess, type Image, type Preprocessing } from '@netwright/data';
import { inferenceMode } from '@netwright/ir';
import type { SavedModel } from '@netwright/weights';
import { createPredictor } from './predictor.ts';

/** A saved model, and what runs it. */
export interface PredictOptions {
  readonly model: SavedModel;
  readonly backend: Backend;
  /** Replaces the model's own way with images of another size. */
  readonly resize?: Preprocessing['resize'];
}

/** Classes with their probabilities (softmax of the logits), the most probable first. */
export type Prediction = readonly { readonly name: string; readonly probability: number }[];

/** Classifies images; each is preprocessed as the model's description says. */
export async function predict(
  images: readonly Image[],
  { model, backend, resize }: PredictOptions,
): Promise<readonly Prediction[]> {
  const preprocessing = { ...model.preprocessing, ...(resize === undefined ? {} : { resize }) };
  const inputs = images.map((image) => preprocess(image, preprocessing));
  const graph = inferenceMode.run(model.graph);
  const predictor = await createPredictor({ model: modelOf(model), graph, backend, entries: model.entries });
  try {
    const predictions: Prediction[] = [];
    for (const input of inputs) predictions.push(ranked(await predictor.predict(input), model.classes));
    return predictions;
  } finally {
    await predictor.dispose();
  }
}

/** A saved model as a model: its graph comes from its description. */
export function modelOf({ name, family, options, inputShape, classes, graph }: SavedModel): Model {
  return { name, family, options, inputShape, classes: classes.length, build: () => graph };
}

function ranked(logits: Float32Array | Float64Array, names: readonly string[]): Prediction {
  const values = Array.from(logits);
  const largest = Math.max(...values);
  const weights = values.map((logit) => Math.exp(logit - largest));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const classes = weights.map((weight, index) => ({ name: names[index], probability: weight / total }));
  return classes.sort((a, b) => b.probability - a.probability);
}
