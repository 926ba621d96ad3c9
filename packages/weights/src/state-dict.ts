// Between a graph's parameters and statistics and the tensors of a file.

import type { TensorData } from '@netwright/compiler';
import { bindShape, formatShape, NetwrightError, type Graph, type StateDef } from '@netwright/ir';
import type { SafetensorsTensor } from './safetensors/types.ts';

/** What loading found. Shapes and names are those of the file and of the graph. */
export interface LoadReport {
  readonly loaded: readonly string[];
  /** In the graph, not in the file. */
  readonly missing: readonly string[];
  /** In the file, not in the graph. */
  readonly unexpected: readonly string[];
  readonly mismatched: readonly { readonly name: string; readonly expected: string; readonly received: string }[];
  /** Unexpected keys that the caller had said to accept. */
  readonly accepted: readonly string[];
}

/** How exactly the tensors must match the graph. */
export interface LoadOptions {
  /** Refuse anything missing, unexpected or mis-shaped. Default true; false loads what fits. */
  readonly strict?: boolean;
  /** Keys that a strict load accepts though the graph does not have them, e.g. those of training-only heads. */
  readonly accept?: readonly string[];
}

/** Names of the model's `state_dict`: parameters and persistent state, in the order of the graph. */
export function stateDictNames(graph: Graph): readonly string[] {
  const entries = [
    ...Object.entries(graph.parameters),
    ...Object.entries(graph.states).filter(([, def]) => def.persistent),
  ];
  return entries.sort(([, a], [, b]) => a.value - b.value).map(([name]) => name);
}

/**
 * The tensors of a `state_dict` as store entries of `graph`, and what did not fit.
 *
 * @throws NetwrightError `weights.load` in strict mode, with everything missing, unexpected or mis-shaped.
 */
export function loadStateDict(
  graph: Graph,
  tensors: ReadonlyMap<string, SafetensorsTensor>,
  { strict = true, accept = [] }: LoadOptions = {},
): { readonly entries: ReadonlyMap<string, TensorData>; readonly report: LoadReport } {
  const entries = new Map<string, TensorData>();
  const missing: string[] = [];
  const mismatched: { name: string; expected: string; received: string }[] = [];
  const names = stateDictNames(graph);
  for (const name of names) {
    const tensor = tensors.get(name);
    if (tensor === undefined) {
      missing.push(name);
      continue;
    }
    const { dtype, shape } = expectedTensor(graph, name);
    if (tensor.dtype !== dtype || formatShape(tensor.shape) !== formatShape(shape)) {
      mismatched.push({
        name,
        expected: `${dtype}${formatShape(shape)}`,
        received: `${tensor.dtype}${formatShape(tensor.shape)}`,
      });
    } else entries.set(name, toTensorData(tensor));
  }
  const known = new Set(names);
  const extra = [...tensors.keys()].filter((name) => !known.has(name));
  const accepted = extra.filter((name) => accept.includes(name));
  const unexpected = extra.filter((name) => !accept.includes(name));
  const report: LoadReport = { loaded: [...entries.keys()], missing, unexpected, mismatched, accepted };
  if (strict && missing.length + unexpected.length + mismatched.length > 0) throw loadError(report);
  return { entries, report };
}

/** The `state_dict` of `graph` as tensors to write, from store entries. */
export function saveStateDict(graph: Graph, entries: ReadonlyMap<string, TensorData>): Map<string, SafetensorsTensor> {
  return new Map(stateDictNames(graph).map((name) => [name, toSafetensor(entry(entries, name), graph.states[name])]));
}

/** A store entry in the element type that files have for it. */
export function toSafetensor(tensor: TensorData, state: StateDef | undefined): SafetensorsTensor {
  const { data, shape } = tensor;
  if (state?.serializedAs === 'I64')
    return { dtype: 'I64', shape, data: BigInt64Array.from(data, (value) => BigInt(value)) };
  if (data instanceof Float32Array) return { dtype: 'F32', shape, data };
  if (data instanceof Float64Array) return { dtype: 'F32', shape, data: Float32Array.from(data) };
  return data instanceof Int32Array ? { dtype: 'I32', shape, data } : { dtype: 'U8', shape, data };
}

function expectedTensor(graph: Graph, name: string): { readonly dtype: string; readonly shape: readonly number[] } {
  const state = Object.hasOwn(graph.states, name) ? graph.states[name] : undefined;
  const { type } = state ?? graph.parameters[name];
  const dtype = state?.serializedAs ?? { f32: 'F32', i32: 'I32', u8: 'U8', bool: 'U8' }[type.dtype];
  return { dtype, shape: bindShape(type.shape, {}) };
}

function toTensorData({ data, shape }: SafetensorsTensor): TensorData {
  if (data instanceof BigInt64Array) return { dtype: 'i32', shape, data: Int32Array.from(data, Number) };
  if (data instanceof Float32Array) return { dtype: 'f32', shape, data };
  if (data instanceof Int32Array) return { dtype: 'i32', shape, data };
  return { dtype: 'u8', shape, data: data as Uint8Array };
}

function entry(entries: ReadonlyMap<string, TensorData>, name: string): TensorData {
  const tensor = entries.get(name);
  if (tensor !== undefined) return tensor;
  throw new NetwrightError({
    code: 'weights.entry',
    operation: 'saveStateDict',
    scope: name,
    expected: 'a value for every parameter and statistic',
    received: 'none',
  });
}

function loadError({ missing, unexpected, mismatched }: LoadReport): NetwrightError {
  const list = (title: string, items: readonly string[]): string[] =>
    items.length === 0 ? [] : [`${title}: ${items.join(', ')}`];
  return new NetwrightError({
    code: 'weights.load',
    operation: 'loadStateDict',
    expected: 'exactly the parameters and statistics of the model',
    received: `${String(missing.length)} missing, ${String(unexpected.length)} unexpected, ${String(mismatched.length)} mis-shaped`,
    reasons: [
      ...list('missing', missing),
      ...list('unexpected', unexpected),
      ...list(
        'mis-shaped',
        mismatched.map(({ name, expected, received }) => `${name} (expected ${expected}, received ${received})`),
      ),
    ],
    hint: 'load with strict: false to take what fits',
  });
}
