// A trained model as two files: tensors, and a description that says how to feed and read it.

import type { TensorData } from '@netwright/compiler';
import { parsePreprocessing, type Preprocessing } from '@netwright/data';
import { fromJson, NetwrightError, toJson, type Graph, type GraphJson } from '@netwright/ir';
import { readSafetensors } from './safetensors/read.ts';
import { writeSafetensors } from './safetensors/write.ts';
import { loadStateDict, saveStateDict } from './state-dict.ts';

const FORMAT = 'netwright.model';
const VERSION = 1;

/** The description, stored as JSON beside the tensors. */
export interface ModelDescription {
  readonly format: typeof FORMAT;
  readonly version: typeof VERSION;
  readonly name: string;
  readonly family: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly inputShape: readonly [number, number, number];
  /** Class names in the order of the logits. */
  readonly classes: readonly string[];
  readonly preprocessing: Preprocessing;
  /** The graph in training form, so that no architecture package is needed to run or fine-tune the model. */
  readonly graph: GraphJson;
}

/** Everything that prediction and further training need: the graph in training form, its weights, and how images become its input. */
export interface SavedModel extends Omit<ModelDescription, 'format' | 'version' | 'graph'> {
  readonly graph: Graph;
  /** Parameters and statistics by name. */
  readonly entries: ReadonlyMap<string, TensorData>;
}

/** The two files of a model: bytes of the safetensors file and text of the description. */
export function serializeModel(model: SavedModel): { readonly tensors: Uint8Array; readonly description: string } {
  const { graph, entries, ...rest } = model;
  const description: ModelDescription = { format: FORMAT, version: VERSION, ...rest, graph: toJson(graph) };
  return { tensors: writeSafetensors(saveStateDict(graph, entries)), description: `${JSON.stringify(description)}\n` };
}

/**
 * Reads a model from its two files.
 *
 * @throws NetwrightError `model.description` when the description is not one of ours, `weights.load` when the tensors are of another model.
 */
export function deserializeModel(tensors: Uint8Array, description: string): SavedModel {
  const { graph: json, format: _format, version: _version, ...rest } = parseDescription(description);
  const graph = fromJson(json);
  return { ...rest, graph, entries: loadStateDict(graph, readSafetensors(tensors).tensors).entries };
}

function parseDescription(text: string): ModelDescription {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw descriptionError('text that is not JSON', cause);
  }
  if (typeof value !== 'object' || value === null || !('format' in value) || !('version' in value))
    throw descriptionError('JSON without format and version');
  if (value.format !== FORMAT || value.version !== VERSION)
    throw descriptionError(`format ${String(value.format)}, version ${String(value.version)}`);
  const missing = ['name', 'family', 'options', 'inputShape', 'classes', 'preprocessing', 'graph'].filter(
    (key) => !Object.hasOwn(value, key),
  );
  if (missing.length > 0) throw descriptionError(`a description without ${missing.join(', ')}`);
  const description = value as ModelDescription;
  return { ...description, preprocessing: parsePreprocessing(description.preprocessing) };
}

function descriptionError(received: string, cause?: unknown): NetwrightError {
  return new NetwrightError({
    code: 'model.description',
    operation: 'deserializeModel',
    expected: `a description of format ${FORMAT}, version ${String(VERSION)}`,
    received,
    hint: 'pass the .json file that was written beside the .safetensors file',
    ...(cause === undefined ? {} : { cause }),
  });
}
