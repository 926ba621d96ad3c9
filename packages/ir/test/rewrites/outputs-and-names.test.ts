// Choosing outputs, naming parameters, and chains of passes.

import { describe, expect, it } from 'vitest';
import {
  addIntermediates,
  buildGraph,
  eliminateDeadCode,
  exp,
  foldConstants,
  GraphBuilder,
  inferenceMode,
  inlineFunctions,
  linear,
  mul,
  pipeline,
  removedNames,
  renameParameters,
  selectOutputs,
  sum,
  tensorType,
  verifyGraph,
  type Graph,
  type GraphPass,
} from '../../src/index.ts';
import { checkPass, drawLeaves, largestDifference } from '../check-pass.ts';
import { evaluateGraph } from '../evaluate-graph.ts';
import { smallNetwork } from '../small-graphs.ts';

const network = smallNetwork();
const DIMS = { N: 2 };

describe('select-outputs', () => {
  it('keeps the named outputs in that order, no updates, and what they read', () => {
    const graph = buildGraph({ x: tensorType('f32', [3]), z: tensorType('f32', [3]) }, ({ x }, builder) => {
      const [a, b] = [builder.parameter('a', [3]), builder.parameter('b', [3])];
      const count = builder.state('count', x.type);
      builder.update('count', mul(count, x));
      return { first: mul(x, a), second: mul(x, b), third: exp(x) };
    });
    const selected = selectOutputs(graph, ['third', 'first']);
    verifyGraph(selected);
    const leaves = drawLeaves(graph, DIMS);
    const [before, after] = [graph, selected].map((version) => evaluateGraph(version, leaves, DIMS));
    expect(Object.keys(after)).toEqual(['third', 'first']);
    expect(after).toEqual({ third: before['third'], first: before['first'] });
    expect([Object.keys(selected.inputs), Object.keys(selected.updates)]).toEqual([['x', 'z'], []]);
    expect(removedNames(graph, selected)).toEqual(['b', 'count']);
  });
});

describe('add-intermediates', () => {
  it('shows the last value of a scope or of those below it, and lets another head be put there', () => {
    const graph = addIntermediates(inferenceMode.run(network), {
      features: 'block',
      normed: 'block.bn',
      conv: 'block.conv',
    });
    verifyGraph(graph);
    const shapes = ['features', 'normed', 'conv'] as const;
    const operations = shapes.map((name) => {
      const node = graph.nodes[graph.outputs[name].value];
      return node.op === 'result' ? graph.nodes[node.inputs[0]] : node;
    });
    expect(
      operations.map((node) => (node.op === 'call' ? graph.functions[node.attrs.function].name : node.op)),
    ).toEqual(['relu', 'batchNorm', 'conv2d']);
    const builder = GraphBuilder.from(selectOutputs(graph, ['features']));
    const pooled = sum(builder.tensor(builder.outputs['features'].value), { axes: [2, 3] });
    const head = builder.within('head', () => linear(pooled, builder.parameter('weight', [10, 3])));
    builder.removeOutput('features');
    builder.output('logits', head);
    const tuned = builder.finish();
    verifyGraph(tuned);
    expect(Object.keys(tuned.parameters)).toEqual(['conv.weight', 'block.bn.weight', 'block.bn.bias', 'head.weight']);
    expect(evaluateGraph(tuned, drawLeaves(tuned, DIMS), DIMS)['logits'].length).toBe(20);
  });

  it('shows the first result of a function in training form', () => {
    const graph = addIntermediates(network, { normed: 'block.bn' });
    expect(graph.nodes[graph.outputs.normed.value]).toMatchObject({ op: 'result', attrs: { index: 0 } });
  });
});

describe('rename-parameters', () => {
  it('renames entries, their updates and those that start as copies of them', () => {
    const builder = GraphBuilder.from(network);
    const weight = builder.tensor(builder.parameters['fc.weight'].value);
    const average = builder.state('average', weight.type, { init: { kind: 'copyOf', parameter: 'fc.weight' } });
    builder.update('average', mul(average, 0.9));
    const graph = builder.finish();
    const renamed = renameParameters(graph, (name) => `backbone.${name}`);
    verifyGraph(renamed);
    expect(Object.keys(renamed.parameters)).toEqual(Object.keys(graph.parameters).map((name) => `backbone.${name}`));
    expect(Object.keys(renamed.updates)).toEqual(Object.keys(graph.updates).map((name) => `backbone.${name}`));
    expect(renamed.states['backbone.average'].init).toEqual({ kind: 'copyOf', parameter: 'backbone.fc.weight' });
    const leaves = drawLeaves(graph, DIMS);
    const moved = Object.entries(leaves).map(
      ([name, values]) => [Object.hasOwn(graph.inputs, name) ? name : `backbone.${name}`, values] as const,
    );
    const logits = evaluateGraph(renamed, Object.fromEntries(moved), DIMS)['logits'];
    expect(largestDifference(logits, evaluateGraph(graph, leaves, DIMS)['logits'])).toBe(0);
  });
});

describe('pipeline', () => {
  const broken: GraphPass = {
    name: 'broken',
    requires: 'anything',
    guarantees: 'nothing',
    run: (graph) => ({ ...graph, updates: { nothing: 0 } }),
  };

  it('runs passes in order, tells about each, and is a pass', () => {
    const seen: string[] = [];
    const both = pipeline([inlineFunctions, foldConstants], {
      verify: true,
      after: ({ name }, graph) => seen.push(`${name} ${String(graph.nodes.some(({ op }) => op === 'call'))}`),
    });
    checkPass(pipeline([both, eliminateDeadCode]), network);
    expect(seen).toEqual(['inline-functions false', 'fold-constants false']);
    expect(both).toMatchObject({ name: 'inline-functions, fold-constants', requires: inlineFunctions.requires });
    expect(both.guarantees).toContain(foldConstants.guarantees);
    expect(pipeline([]).run(network)).toBe(network);
  });

  it('verifies after each pass when asked', () => {
    expect(pipeline([broken]).run(network).updates).toEqual({ nothing: 0 });
    expect(() => pipeline([broken, eliminateDeadCode], { verify: true }).run(network)).toThrow(
      'update nothing: there is no parameter or state of this name',
    );
  });
});

describe('messages', () => {
  const graph: Graph = network;

  it.each<[string, () => unknown]>([
    [
      'selectOutputs: expected names among logits, auxiliary, received logit, aux. [graph.output]',
      () => selectOutputs(graph, ['logit', 'logits', 'aux']),
    ],
    [
      'addIntermediates (layer9): expected a scope that computes something from the inputs, received layer9. Hint: summarize() lists the scopes of a graph [graph.scope]',
      () => addIntermediates(graph, { features: 'layer9' }),
    ],
    [
      'addIntermediates (block): expected a name that is not an output yet, received logits. [graph.name]',
      () => addIntermediates(graph, { logits: 'block' }),
    ],
    [
      'renameParameters: expected a name for each parameter and state that no other one has; conv.weight becomes ""; block.bn.bias becomes "weight"; fc.bias becomes "weight". [graph.name]',
      () =>
        renameParameters(graph, (name) => {
          if (name === 'conv.weight') return '';
          return ['block.bn.weight', 'block.bn.bias', 'fc.bias'].includes(name) ? 'weight' : name;
        }),
    ],
  ])('%s', (message, act) => {
    expect(act).toThrow(expect.objectContaining({ name: 'NetwrightError', message }));
  });
});
