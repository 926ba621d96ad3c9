import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { NetwrightError } from '@netwright/ir';
import {
  KEY_MAPS,
  loadStateDict,
  readTorchStateDict,
  renameKeys,
  toSinglePrecision,
  withCounters,
  writeSafetensors,
  type KeyRule,
  type SafetensorsTensor,
} from '@netwright/weights';
import { createModel, type Plugins } from '../plugins.ts';
import { EXIT, type Session } from '../session.ts';
import type { SpecValue } from '../spec.ts';

export interface ConvertOptions {
  readonly config?: string;
  readonly model?: string;
  readonly modelOption: Readonly<Record<string, SpecValue>>;
  readonly keyMap: readonly string[];
  readonly drop: readonly string[];
}

/** Writes the tensors of a file of torch.save as safetensors, and checks them against a model where one is named. */
export async function convertCommand(
  { output, plugins, directory }: Session,
  source: string,
  target: string,
  options: ConvertOptions,
): Promise<number> {
  const bytes = await read(path.resolve(directory, source));
  const rules = options.keyMap.map(rulesOf);
  const renamed = rules.reduce((tensors, rule) => renameKeys(tensors, rule), readTorchStateDict(bytes));
  const dropped = [...renamed.keys()].filter((name) => options.drop.some((prefix) => name.startsWith(prefix)));
  const kept = [...renamed].filter(([name]) => !dropped.includes(name));
  const single = new Map(kept.map(([name, tensor]) => [name, toSinglePrecision(tensor)]));
  const checked = options.model === undefined ? single : fitted(await plugins(options.config), options, single);
  await writeFile(path.resolve(directory, target), writeSafetensors(checked));
  if (dropped.length > 0) output.line(`dropped: ${dropped.join(', ')}`);
  const added = [...checked.keys()].filter((name) => !single.has(name));
  if (added.length > 0) output.line(`counters that the file lacks, as zeros: ${added.join(', ')}`);
  const suffix = options.model === undefined ? '' : `, all of ${options.model}`;
  output.line(`${target}: ${String(checked.size)} tensors${suffix}`);
  return EXIT.ok;
}

/** The tensors, which must be exactly those of the model. */
function fitted(
  { architectures }: Plugins,
  { model = '', modelOption }: ConvertOptions,
  tensors: ReadonlyMap<string, SafetensorsTensor>,
): Map<string, SafetensorsTensor> {
  const graph = createModel(architectures, { name: model, options: modelOption }).build();
  const complete = withCounters(graph, tensors);
  loadStateDict(graph, complete);
  return complete;
}

function rulesOf(name: string): readonly KeyRule[] {
  if (Object.hasOwn(KEY_MAPS, name)) return KEY_MAPS[name];
  throw new NetwrightError({
    code: 'cli.name',
    operation: 'key map',
    expected: `one of ${Object.keys(KEY_MAPS).join(', ')}`,
    received: name,
  });
}

async function read(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new NetwrightError({
      code: 'cli.convert',
      operation: 'convert',
      expected: 'a file of torch.save',
      received: `${file}, which cannot be read`,
      cause,
    });
  }
}
