// Everything that a run needs to go on as if it had never stopped, in one safetensors file.

import type { TensorData } from '@netwright/compiler';
import type { BatchCursor } from '@netwright/data';
import { NetwrightError, type Graph } from '@netwright/ir';
import { OPTIMIZER_PREFIX, type ScheduleState } from '@netwright/optim';
import { readSafetensors, toSafetensor, writeSafetensors, type SafetensorsTensor } from '@netwright/weights';

const VERSION = 1;
const METADATA_KEY = 'netwright.checkpoint';
const BEST_PREFIX = 'best/';

/** What identifies a run: a checkpoint continues only the run whose fields are the same. */
export interface RunIdentity {
  readonly model: string;
  /** Structural hash of the model's training form, frozen parts included. */
  readonly network: string;
  /** Structural hash of the training graph: model, loss, optimizer, frozen parts, clipping. */
  readonly graph: string;
  readonly optimizer: string;
  readonly schedule: string;
  /** Names and options of the training transforms. */
  readonly transforms: string;
  /** Names of the metrics, whose sums the state holds. */
  readonly metrics: string;
  readonly data: string;
  readonly samples: number;
  readonly batchSize: number;
  readonly accumulate: number;
  /** Options of the moving average of weights. */
  readonly ema: string;
  readonly epochs: number;
  readonly seed: number;
}

/** Progress of a run between two steps. Plain JSON. */
export interface RunState {
  readonly step: number;
  readonly cursor: BatchCursor;
  /** Sums of this epoch so far. */
  readonly epoch: {
    readonly lossSum: number;
    readonly samples: number;
    readonly metrics: readonly (readonly number[])[];
  };
  readonly schedule: ScheduleState;
  readonly best: { readonly epoch: number; readonly value: number } | null;
  /** Epochs since the best one. */
  readonly sinceBest: number;
  /** Bytes of the metrics log that belong to the steps done. */
  readonly metricsOffset: number;
}

/** A run at one moment. It is plain data, which `RunStorage` writes and reads. */
export interface Checkpoint {
  readonly identity: RunIdentity;
  /** The resolved backend and target, e.g. `cpu:wasm:threads=2`. */
  readonly target: string;
  readonly state: RunState;
  /** The whole store. */
  readonly entries: ReadonlyMap<string, TensorData>;
  /** Parameters and statistics of the best epoch so far. */
  readonly best: ReadonlyMap<string, TensorData> | undefined;
}

/** The bytes of a checkpoint file. */
export function serializeCheckpoint({ identity, target, state, entries, best }: Checkpoint): Uint8Array {
  const tensors = new Map<string, SafetensorsTensor>();
  for (const [name, tensor] of entries) tensors.set(name, toSafetensor(tensor, undefined));
  for (const [name, tensor] of best ?? []) tensors.set(`${BEST_PREFIX}${name}`, toSafetensor(tensor, undefined));
  return writeSafetensors(tensors, { [METADATA_KEY]: JSON.stringify({ version: VERSION, identity, target, state }) });
}

/**
 * Reads a checkpoint for a training graph. See {@link matchCheckpoint} for `options`.
 *
 * @throws NetwrightError `checkpoint.format` when the file is not a checkpoint, `checkpoint.model` when it is one of another run (all differences are
 *   listed), or a `safetensors.*` error when the file is damaged.
 */
export function deserializeCheckpoint(
  bytes: Uint8Array,
  graph: Graph,
  identity: RunIdentity,
  options: MatchOptions = {},
): Checkpoint {
  const { tensors, metadata } = readSafetensors(bytes);
  const header = parseHeader(metadata[METADATA_KEY]);
  checkIdentity(header.identity, new Set(tensors.keys()), graph, identity, options);
  const entries = new Map<string, TensorData>();
  const best = new Map<string, TensorData>();
  for (const [name, tensor] of tensors) {
    const isBest = name.startsWith(BEST_PREFIX);
    (isBest ? best : entries).set(isBest ? name.slice(BEST_PREFIX.length) : name, toTensorData(tensor, name));
  }
  return { ...header, entries, best: best.size > 0 ? best : undefined };
}

/** In what a run may differ from the checkpoint that it goes on from. */
export interface MatchOptions {
  /** Whether optimizer, its settings and the schedule may differ. Default false. */
  readonly allowOptimizerChange?: boolean;
}

/** What an allowed change of the optimizer changes. */
const OPTIMIZER_FIELDS: readonly (keyof RunIdentity)[] = ['optimizer', 'schedule', 'graph'];

/**
 * The checkpoint as a run of `identity` continues it: where the optimizer was changed, without the state of the former one, so that the new one starts
 * with fresh moments; other numbers for the same rule keep them.
 *
 * @throws NetwrightError `checkpoint.model` when it is one of another run (all differences are listed).
 */
export function matchCheckpoint(
  checkpoint: Checkpoint,
  graph: Graph,
  identity: RunIdentity,
  options: MatchOptions = {},
): Checkpoint {
  const { entries } = checkpoint;
  const names = new Set(entries.keys());
  checkIdentity(checkpoint.identity, names, graph, identity, options);
  const own = Object.keys(graph.states).filter((name) => name.startsWith(OPTIMIZER_PREFIX));
  const continues =
    ruleOf(checkpoint.identity.optimizer) === ruleOf(identity.optimizer) && own.every((name) => names.has(name));
  if (continues) return checkpoint;
  return { ...checkpoint, entries: new Map([...entries].filter(([name]) => !name.startsWith(OPTIMIZER_PREFIX))) };
}

/** Name and options of an optimizer without the numbers. */
function ruleOf(optimizer: string): string {
  const at = optimizer.indexOf('{');
  const options = JSON.parse(optimizer.slice(at)) as Readonly<Record<string, unknown>>;
  const structure = Object.entries(options).filter(([, value]) => typeof value !== 'number');
  return `${optimizer.slice(0, at)}${JSON.stringify(structure)}`;
}

function checkIdentity(
  received: RunIdentity,
  entries: ReadonlySet<string>,
  graph: Graph,
  identity: RunIdentity,
  { allowOptimizerChange = false }: MatchOptions,
): void {
  const fields = Object.keys(identity) as (keyof RunIdentity)[];
  const different = fields.filter((key) => received[key] !== identity[key]);
  const refused = different.filter((key) => !allowOptimizerChange || !OPTIMIZER_FIELDS.includes(key));
  const names = [...Object.keys(graph.parameters), ...Object.keys(graph.states)];
  const missing = names.filter(
    (name) => !entries.has(name) && !(allowOptimizerChange && name.startsWith(OPTIMIZER_PREFIX)),
  );
  if (refused.length === 0 && missing.length === 0) return;
  const optimizerOnly =
    missing.every((name) => name.startsWith(OPTIMIZER_PREFIX)) &&
    refused.every((key) => OPTIMIZER_FIELDS.includes(key));
  throw new NetwrightError({
    code: 'checkpoint.model',
    operation: 'resume',
    expected: `a checkpoint of ${identity.model} trained with ${identity.optimizer}`,
    received: `one of ${received.model} trained with ${received.optimizer}`,
    reasons: [
      ...refused.map((key) => `${key} is ${String(received[key])}, not ${String(identity[key])}`),
      ...(missing.length > 0 ? [`it lacks ${missing.join(', ')}`] : []),
    ],
    hint:
      optimizerOnly && different.some((key) => key !== 'graph')
        ? 'resume with the settings of the run, allow the change (allowOptimizerChange), or start a new run'
        : 'resume with the settings of the run, or start a new run',
  });
}

function parseHeader(text: string | undefined): Pick<Checkpoint, 'identity' | 'target' | 'state'> {
  let header: unknown;
  try {
    header = text === undefined ? undefined : JSON.parse(text);
  } catch {
    header = undefined;
  }
  if (typeof header !== 'object' || header === null || !('version' in header) || header.version !== VERSION) {
    throw new NetwrightError({
      code: 'checkpoint.format',
      operation: 'resume',
      expected: `a checkpoint of version ${String(VERSION)}`,
      received:
        text === undefined ? 'a safetensors file without the metadata of a checkpoint' : 'metadata of another version',
      hint: 'pass the checkpoint.safetensors of a run, not its model',
    });
  }
  return header as unknown as Pick<Checkpoint, 'identity' | 'target' | 'state'>;
}

function toTensorData({ data, shape }: SafetensorsTensor, name: string): TensorData {
  if (data instanceof Float32Array) return { dtype: 'f32', shape, data };
  if (data instanceof Int32Array) return { dtype: 'i32', shape, data };
  if (data instanceof Uint8Array) return { dtype: 'u8', shape, data };
  throw new NetwrightError({
    code: 'checkpoint.dtype',
    operation: 'resume',
    scope: name,
    expected: 'F32, I32 or U8',
    received: data.constructor.name,
  });
}
