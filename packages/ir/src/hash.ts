// A fingerprint of what a graph computes.

import { rootsOf } from './dependents.ts';
import type { FunctionDef, Graph, Node } from './graph.ts';
import { Hasher, digestText, type Digest } from './hasher.ts';
import { reachable } from './inline.ts';
import { definedKeys, isRecord } from './plain-data.ts';
import type { TensorType } from './tensor-type.ts';

/**
 * 128 bits in hexadecimal that are equal for graphs of the same meaning and structure, on every machine and in every process.
 *
 * Counted are: every node that an output or update needs, by operation, attributes, type and operands (functions by name, attributes and bodies);
 * the names and types of all inputs, parameters and states; initial values, trainability, groups and persistence; the names of outputs in their
 * order, with role and loss weight; the names of updates. Not counted are: scopes, numbers and order of nodes, nodes and functions that nothing
 * needs, whether equal values are computed once or several times, and the order of inputs, parameters, states and updates.
 */
export function structuralHash(graph: Graph): string {
  return digestText(graphDigest(graph));
}

function graphDigest(graph: Graph): Digest {
  const outputs = Object.entries(graph.outputs);
  const updates = Object.entries(graph.updates).sort(byName);
  const values = valueDigests(graph);
  const hasher = new Hasher();
  hasher.word(graph.schemaVersion);
  for (const [name, { value, role, lossWeight }] of outputs) {
    addData(hasher, ['output', name, role, lossWeight]);
    hasher.words(values[value]);
  }
  for (const [name, value] of updates) {
    addData(hasher, ['update', name]);
    hasher.words(values[value]);
  }
  for (const [name, { type }] of Object.entries(graph.inputs).sort(byName)) addData(hasher, ['input', name, type]);
  for (const [name, { type, init, trainable, group }] of Object.entries(graph.parameters).sort(byName)) {
    addData(hasher, ['parameter', name, type, init, trainable, group]);
  }
  for (const [name, { type, init, persistent, serializedAs }] of Object.entries(graph.states).sort(byName)) {
    addData(hasher, ['state', name, type, init, persistent, serializedAs ?? null]);
  }
  return hasher.digest();
}

/** For each needed value the hash of how it is computed, from the hashes of its operands. */
function valueDigests(graph: Graph): readonly Digest[] {
  const digests: Digest[] = [];
  const functions = new Map<string, Digest>();
  for (const id of reachable(graph, rootsOf(graph))) {
    const node = graph.nodes[id];
    const hasher = new Hasher();
    addNode(hasher, node, node.type);
    if (node.op === 'call') {
      const key = node.attrs.function;
      const digest = functions.get(key) ?? functionDigest(graph.functions[key]);
      functions.set(key, digest);
      hasher.words(digest);
    } else addData(hasher, node.attrs);
    for (const input of node.inputs) hasher.words(digests[input]);
    digests[id] = hasher.digest();
  }
  return digests;
}

function addNode(hasher: Hasher, { op, inputs }: Node, { dtype, shape }: TensorType): void {
  hasher.text(op);
  hasher.word(inputs.length);
  addData(hasher, [dtype, shape]);
}

function functionDigest({ name, attrs, body, gradient, inference }: FunctionDef): Digest {
  const hasher = new Hasher();
  addData(hasher, [name, attrs, gradient !== undefined, inference !== undefined]);
  for (const graph of [body, gradient, inference]) if (graph !== undefined) hasher.words(graphDigest(graph));
  return hasher.digest();
}

/** Plain data, prefixed with its kind and length so that no two values read the same. */
function addData(hasher: Hasher, data: unknown): void {
  if (typeof data === 'number') {
    hasher.word(1);
    hasher.number(data);
  } else if (typeof data === 'string') {
    hasher.word(2);
    hasher.text(data);
  } else if (typeof data === 'boolean') hasher.word(data ? 4 : 3);
  else if (Array.isArray(data)) {
    hasher.word(5);
    hasher.word(data.length);
    for (const entry of data) addData(hasher, entry);
  } else if (isRecord(data)) {
    const keys = definedKeys(data);
    hasher.word(6);
    hasher.word(keys.length);
    for (const key of keys) {
      hasher.text(key);
      addData(hasher, data[key]);
    }
  } else hasher.word(7);
}

function byName(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : 1;
}
