// Graphs as JSON.

import { NetwrightError } from './errors.ts';
import { SCHEMA_VERSION, type FunctionDef, type Graph, type Node } from './graph.ts';
import { decodeData, encodeData, isRecord } from './plain-data.ts';
import { verifyGraph } from './verify.ts';

/** What `JSON.parse` gives and `JSON.stringify` keeps. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** A graph as a JSON value; opaque but for its `schemaVersion`. */
export type GraphJson = { readonly schemaVersion: number } & { readonly [key: string]: JsonValue };

/**
 * The graph as a value that `JSON.stringify` keeps exactly: numbers that JSON lacks become `{ "$number": "NaN" }`. Kernels that functions bring are left
 * out: a reader runs the expansions.
 */
export function toJson(graph: Graph): GraphJson {
  return encodeData(withoutLowerings(graph)) as GraphJson;
}

function withoutLowerings(graph: Graph): Graph {
  const functions = Object.entries(graph.functions).map(([key, def]): [string, FunctionDef] => {
    const { lowering: _, body, gradient, inference, ...rest } = def;
    const parts = {
      body: withoutLowerings(body),
      ...(gradient === undefined ? {} : { gradient: withoutLowerings(gradient) }),
      ...(inference === undefined ? {} : { inference: withoutLowerings(inference) }),
    };
    return [key, { ...rest, ...parts }];
  });
  return { ...graph, functions: Object.fromEntries(functions) };
}

/**
 * The graph of a value that {@link toJson} gave. Fields that a graph does not have are left out.
 *
 * @throws NetwrightError `graph.schemaVersion` for another version, `graph.json` for a value that is not a graph, `graph.invalid` for a graph that is
 *   not valid.
 */
export function fromJson(value: unknown): Graph {
  const record = asRecord(value, 'the graph');
  const { schemaVersion } = record;
  if (schemaVersion !== SCHEMA_VERSION) {
    if (schemaVersion === undefined) throw malformed('the graph', 'an object with a schemaVersion');
    throw new NetwrightError({
      code: 'graph.schemaVersion',
      operation: 'fromJson',
      expected: `schema version ${String(SCHEMA_VERSION)}`,
      received: `schema version ${JSON.stringify(schemaVersion)}`,
      hint: 'read it with the version of @netwright/ir that wrote it',
    });
  }
  const graph = parseGraph(decodeData(record), 'the graph');
  verifyGraph(graph);
  return graph;
}

// What follows checks only that fields exist with the right JavaScript types where the verifier takes them for granted; it checks the rest.

function parseGraph(value: unknown, path: string): Graph {
  const record = asRecord(value, path);
  const { nodes } = record;
  if (!Array.isArray(nodes)) throw malformed(`nodes of ${path}`, 'a list');
  return {
    schemaVersion: record.schemaVersion as Graph['schemaVersion'],
    nodes: nodes.map((node, id) => parseNode(node, `node %${String(id)} of ${path}`)),
    inputs: parseTable(record, 'inputs', path, ['value', 'type']),
    parameters: parseTable(record, 'parameters', path, ['value', 'type', 'init', 'trainable', 'group']),
    states: parseTable(record, 'states', path, ['value', 'type', 'init', 'persistent', 'serializedAs']),
    outputs: parseTable(record, 'outputs', path, ['value', 'role', 'lossWeight']),
    updates: { ...asRecord(record.updates, `updates of ${path}`) } as Graph['updates'],
    functions: mapEntries(asRecord(record.functions, `functions of ${path}`), (def, key) =>
      parseFunction(def, `function ${key}`),
    ),
  };
}

function parseNode(value: unknown, path: string): Node {
  const record = asRecord(value, path);
  const { op, inputs, scope } = record;
  if (typeof op !== 'string') throw malformed(`op of ${path}`, 'a string');
  if (typeof scope !== 'string') throw malformed(`scope of ${path}`, 'a string');
  if (!Array.isArray(inputs) || !inputs.every((input) => typeof input === 'number')) {
    throw malformed(`inputs of ${path}`, 'a list of numbers');
  }
  const attrs = asRecord(record.attrs, `attrs of ${path}`);
  return { op, inputs, attrs, type: asRecord(record.type, `type of ${path}`), scope } as unknown as Node;
}

function parseTable<K extends 'inputs' | 'parameters' | 'states' | 'outputs'>(
  graph: Readonly<Record<string, unknown>>,
  table: K,
  path: string,
  fields: readonly string[],
): Graph[K] {
  return mapEntries(asRecord(graph[table], `${table} of ${path}`), (def, name) => {
    const record = asRecord(def, `${name} in ${table} of ${path}`);
    return pick(record, fields);
  }) as unknown as Graph[K];
}

function parseFunction(value: unknown, path: string): FunctionDef {
  const record = asRecord(value, path);
  const { gradient, inference } = record;
  return {
    ...pick(record, ['name', 'attrs']),
    body: parseGraph(record.body, `the body of ${path}`),
    ...(gradient === undefined ? {} : { gradient: parseGraph(gradient, `the gradient of ${path}`) }),
    ...(inference === undefined ? {} : { inference: parseGraph(inference, `the inference form of ${path}`) }),
  } as FunctionDef;
}

function pick(record: Readonly<Record<string, unknown>>, fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(fields.flatMap((field) => (Object.hasOwn(record, field) ? [[field, record[field]]] : [])));
}

function mapEntries<T>(
  record: Readonly<Record<string, unknown>>,
  map: (value: unknown, key: string) => T,
): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}

function asRecord(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (isRecord(value)) return value;
  throw malformed(path, 'an object');
}

function malformed(path: string, expected: string): NetwrightError {
  return new NetwrightError({
    code: 'graph.json',
    operation: 'fromJson',
    expected: 'the JSON of a graph, as toJson gives it',
    reasons: [`${path} is not ${expected}`],
  });
}
