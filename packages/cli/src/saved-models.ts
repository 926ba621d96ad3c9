// Saved models by path.

import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { NetwrightError } from '@netwright/ir';
import { RUN_FILES } from '@netwright/train/node';
import { deserializeModel, type SavedModel } from '@netwright/weights';

/**
 * Reads the model at `place`: a `.safetensors` file, its `.json`, or the directory of a run.
 *
 * @throws NetwrightError `cli.model` when a file cannot be read; see `deserializeModel` for damaged ones.
 */
export async function readSavedModel(place: string): Promise<SavedModel> {
  const base = await basePath(place);
  const [tensors, description] = await Promise.all([read(`${base}.safetensors`), read(`${base}.json`)]);
  return deserializeModel(tensors, new TextDecoder().decode(description));
}

async function basePath(place: string): Promise<string> {
  const isDirectory = await stat(place).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  const file = isDirectory ? path.join(place, RUN_FILES.model) : place;
  return file.replace(/\.(safetensors|json)$/, '');
}

async function read(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new NetwrightError({
      code: 'cli.model',
      operation: 'readSavedModel',
      scope: file,
      expected: 'a saved model: NAME.safetensors with NAME.json beside it',
      received: cause instanceof Error ? cause.message : String(cause),
      hint: 'name the directory of a finished run, or one of the two files',
      cause,
    });
  }
}
