import path from 'node:path';
import { normalize } from '@netwright/data';
import { crossEntropy, inferenceMode } from '@netwright/ir';
import { accuracy, createPredictor, evaluate, modelOf, topK } from '@netwright/train';
import { create } from '../plugins.ts';
import { readSavedModel } from '../saved-models.ts';
import { EXIT, type Session } from '../session.ts';
import type { Spec } from '../spec.ts';

export interface EvaluateOptions {
  readonly config?: string;
  readonly data: Spec;
  readonly backend: Spec;
  readonly batchSize: number;
  readonly json: boolean;
}

/** Prints loss and accuracy of a saved model on the test part of a dataset. */
export async function evaluateCommand(
  { output, plugins, directory }: Session,
  place: string,
  options: EvaluateOptions,
): Promise<number> {
  const saved = await readSavedModel(path.resolve(directory, place));
  const known = await plugins(options.config);
  const { test } = await create('dataset', known.datasets, options.data).load();
  const backend = create('backend', known.backends, options.backend);
  try {
    const predictor = await createPredictor({
      model: modelOf(saved),
      graph: inferenceMode.run(saved.graph),
      backend,
      entries: saved.entries,
      loss: crossEntropy(),
    });
    const metrics = saved.classes.length > 5 ? [accuracy(), topK(5)] : [accuracy()];
    const transforms = [normalize(saved.preprocessing.normalization)];
    const { values } = await evaluate(predictor, test, { metrics, batchSize: options.batchSize, transforms });
    await predictor.dispose();
    if (options.json)
      output.line(
        JSON.stringify({ model: saved.name, data: test.name, samples: test.length, ...values }, undefined, 2),
      );
    else {
      output.line(`${saved.name} on ${test.name} (${String(test.length)} samples)`);
      for (const [name, value] of Object.entries(values)) output.line(`${name} ${value.toFixed(4)}`);
    }
    return EXIT.ok;
  } finally {
    await backend.dispose();
  }
}
