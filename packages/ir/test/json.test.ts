import { describe, expect, it } from 'vitest';
import {
  add,
  buildGraph,
  clamp,
  constantTensor,
  fromJson,
  inferenceMode,
  inlineFunctions,
  isNetwrightError,
  mul,
  structuralHash,
  tensorType,
  toJson,
  type Graph,
} from '../src/index.ts';
import { drawLeaves } from './check-pass.ts';
import { evaluateGraph } from './evaluate-graph.ts';
import { attentionGraph, smallNetwork } from './small-graphs.ts';

const strange = buildGraph({ x: tensorType('f32', [4]) }, ({ x }, builder) => {
  const values = constantTensor(builder, [NaN, Infinity, -Infinity, -0], [4]);
  const limits = clamp(x, -Infinity, 5e-324);
  builder.parameter('p', [4], { init: { kind: 'uniform', low: -Number.MAX_VALUE, high: 0.1 } });
  return { y: add(mul(values, x), limits), z: { value: values, role: 'trainingOnly', lossWeight: -0 } };
});

describe('JSON', () => {
  it.each<[string, Graph]>([
    ['a network in training form', smallNetwork()],
    ['its inference form', inferenceMode.run(smallNetwork())],
    ['without functions', inlineFunctions.run(smallNetwork())],
    ['attention', attentionGraph()],
    ['numbers that JSON lacks', strange],
  ])('keeps %s exactly', (_, graph) => {
    const text = JSON.stringify(toJson(graph));
    const read = fromJson(JSON.parse(text));
    expect(read).toEqual(graph);
    expect(JSON.stringify(toJson(read))).toBe(text);
    expect(structuralHash(read)).toBe(structuralHash(graph));
    const leaves = drawLeaves(graph, { N: 2 });
    expect(evaluateGraph(read, leaves, { N: 2 })).toEqual(evaluateGraph(graph, leaves, { N: 2 }));
  });

  it('writes numbers that JSON lacks as objects, and keeps objects that look like them', () => {
    const attrs = { limit: -Infinity, odd: { $number: 'NaN' }, both: { $escaped: { $number: 1 } }, unset: undefined };
    const graph = { ...identity(), functions: { f: { name: 'f', attrs, body: identity() } } };
    const json = toJson(graph);
    const { functions } = json as unknown as typeof graph;
    expect(functions.f.attrs).toEqual({
      limit: { $number: '-Infinity' },
      odd: { $escaped: { $number: 'NaN' } },
      both: { $escaped: { $escaped: { $escaped: { $number: 1 } } } },
    });
    expect(fromJson(JSON.parse(JSON.stringify(json))).functions['f'].attrs).toEqual(attrs);
  });

  it('leaves out fields that a graph does not have', () => {
    const json = { ...toJson(strange), author: 'someone' };
    expect(fromJson(json)).toEqual(strange);
  });

  it('gives a graph of its own', () => {
    const json = JSON.parse(JSON.stringify(toJson(strange))) as { nodes: { scope: string }[] };
    const graph = fromJson(json);
    json.nodes[0].scope = 'changed';
    expect(graph).toEqual(strange);
  });
});

function identity(): Graph {
  return buildGraph({ x0: tensorType('f32', []) }, ({ x0 }) => ({ y0: x0 }));
}

/** The JSON of the small network with one field replaced. */
function changed(path: readonly (string | number)[], value: unknown): unknown {
  const json = JSON.parse(JSON.stringify(toJson(smallNetwork()))) as unknown;
  const last = path.length - 1;
  const parent = path.slice(0, last).reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], json);
  (parent as Record<string, unknown>)[path[last]] = value;
  return json;
}

const call = Object.keys(smallNetwork().functions)[0];

describe('messages', () => {
  it.each<[string, unknown]>([
    ['the graph is not an object', null],
    ['the graph is not an object', 'graph'],
    ['the graph is not an object', [1]],
    ['the graph is not an object with a schemaVersion', {}],
    ['nodes of the graph is not a list', changed(['nodes'], {})],
    ['node %0 of the graph is not an object', changed(['nodes', 0], null)],
    ['op of node %2 of the graph is not a string', changed(['nodes', 2, 'op'], 7)],
    ['scope of node %2 of the graph is not a string', changed(['nodes', 2, 'scope'], null)],
    ['inputs of node %2 of the graph is not a list of numbers', changed(['nodes', 2, 'inputs'], [0, '1'])],
    ['inputs of node %2 of the graph is not a list of numbers', changed(['nodes', 2, 'inputs'], undefined)],
    ['attrs of node %2 of the graph is not an object', changed(['nodes', 2, 'attrs'], 'stride')],
    ['type of node %2 of the graph is not an object', changed(['nodes', 2, 'type'], 'f32')],
    ['inputs of the graph is not an object', changed(['inputs'], [])],
    ['image in inputs of the graph is not an object', changed(['inputs', 'image'], 0)],
    ['parameters of the graph is not an object', changed(['parameters'], undefined)],
    ['states of the graph is not an object', changed(['states'], null)],
    ['outputs of the graph is not an object', changed(['outputs'], 3)],
    ['updates of the graph is not an object', changed(['updates'], 'none')],
    ['functions of the graph is not an object', changed(['functions'], true)],
    [`function ${call} is not an object`, changed(['functions', call], null)],
    [`the body of function ${call} is not an object`, changed(['functions', call, 'body'], undefined)],
    [`nodes of the gradient of function ${call} is not a list`, changed(['functions', call, 'gradient'], {})],
    [`the inference form of function ${call} is not an object`, changed(['functions', call, 'inference'], [])],
  ])('%s, case %#', (reason, json) => {
    const message = `fromJson: expected the JSON of a graph, as toJson gives it; ${reason}. [graph.json]`;
    expect(() => fromJson(json)).toThrow(expect.objectContaining({ name: 'NetwrightError', message }));
  });

  it('names both schema versions', () => {
    expect(() => fromJson(changed(['schemaVersion'], 2))).toThrow(
      expect.objectContaining({
        name: 'NetwrightError',
        message:
          'fromJson: expected schema version 1, received schema version 2. Hint: read it with the version of @netwright/ir that wrote it [graph.schemaVersion]',
      }),
    );
  });

  it('says which graph is not valid, and why', () => {
    expect(() => fromJson(changed(['nodes', 2, 'inputs'], [0, 99]))).toThrow(
      '%2 conv2d (block.conv): operand 1, %99, is not an earlier value',
    );
    expect(() => fromJson(changed(['nodes', 2, 'attrs', 'groups'], { $number: 'NaN' }))).toThrow(
      'must be positive integers',
    );
    expect(() => fromJson(changed(['nodes', 2, 'attrs', 'groups'], { $number: 'many' }))).toThrow(
      'its attribute groups is not a number',
    );
  });

  it('never fails in another way, whatever field is replaced by whatever value', () => {
    const values = [
      null,
      undefined,
      true,
      -1,
      0.5,
      1e300,
      '',
      '__proto__',
      [],
      [null],
      {},
      { value: 0 },
      { $number: 'NaN' },
    ];
    const all = paths(toJson(smallNetwork()), 6);
    const outcomes = all.map((path, index) => {
      try {
        fromJson(changed(path, values[index % values.length]));
        return 'accepted';
      } catch (error) {
        return isNetwrightError(error) ? 'rejected' : `${path.join('/')}: ${String(error)}`;
      }
    });
    expect(outcomes.filter((outcome) => outcome !== 'accepted' && outcome !== 'rejected')).toEqual([]);
    expect(outcomes.filter((outcome) => outcome === 'rejected').length).toBeGreaterThan(all.length / 2);
  });
});

/** Paths of all fields down to a depth; of lists only the first and last entry. */
function paths(value: unknown, depth: number): readonly (readonly (string | number)[])[] {
  if (depth === 0 || typeof value !== 'object' || value === null) return [];
  const keys = Array.isArray(value)
    ? [...new Set([0, value.length - 1])].filter((key) => key >= 0)
    : Object.keys(value);
  return keys.flatMap((key) => {
    const inner = paths((value as Record<string | number, unknown>)[key], depth - 1);
    return [[key], ...inner.map((path) => [key, ...path])];
  });
}
