import { describe, expect, it } from 'vitest';
import {
  add,
  buildGraph,
  callFunction,
  defineFunction,
  exp,
  GraphBuilder,
  isNetwrightError,
  mul,
  NetwrightError,
  onesInit,
  random,
  sum,
  tensorType,
} from '../src/index.ts';

const scalar = tensorType('f32', []);

describe('GraphBuilder', () => {
  it('names parameters, states and nodes after the scopes they were built in', () => {
    const builder = new GraphBuilder();
    const weight = builder.within('layer1', () =>
      builder.within('0', () => {
        builder.state('running_var', scalar, { init: onesInit });
        return exp(builder.parameter('weight', [3], { group: 'noDecay' }));
      }),
    );
    const graph = builder.finish();
    expect(Object.keys(graph.parameters)).toEqual(['layer1.0.weight']);
    expect(graph.parameters['layer1.0.weight']).toMatchObject({
      group: 'noDecay',
      trainable: true,
      type: tensorType('f32', [3]),
    });
    expect(graph.states['layer1.0.running_var']).toMatchObject({ init: onesInit, persistent: true });
    expect(graph.nodes[weight.id].scope).toBe('layer1.0');
  });

  it('closes a scope when building fails', () => {
    const builder = new GraphBuilder();
    expect(() =>
      builder.within('a', () => {
        throw new RangeError('stop');
      }),
    ).toThrow('stop');
    expect(builder.scope).toBe('');
  });

  it('continues a graph without changing its values or repeating its random streams', () => {
    const first = new GraphBuilder();
    first.output('y', random(first, [2]));
    const graph = first.finish();
    const second = GraphBuilder.from(graph);
    second.output('z', random(second, [2]));
    const streams = second.finish().nodes.flatMap((node) => (node.op === 'random' ? [node.attrs.stream] : []));
    expect(second.finish().nodes.slice(0, graph.nodes.length)).toEqual(graph.nodes);
    expect(new Set(streams).size).toBe(2);
    expect(Object.keys(second.finish().inputs)).toEqual(['$seed', '$step', '$offset']);
  });

  it('leaves a finished graph alone', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', scalar);
    const graph = builder.finish();
    builder.output('y', exp(x));
    expect(graph.nodes.length).toBe(1);
    expect(graph.outputs).toEqual({});
  });

  it('is plain data', () => {
    const graph = buildGraph({ x: tensorType('f32', ['N', 3]) }, ({ x }) => ({
      y: sum(mul(x, x)),
      z: { value: x, role: 'trainingOnly' },
    }));
    expect(JSON.parse(JSON.stringify(graph))).toEqual(graph);
    expect(graph.outputs.z.role).toBe('trainingOnly');
  });
});

const builder = new GraphBuilder();
const x = builder.input('x', scalar);
builder.parameter('weight', [3]);
builder.state('count', scalar);
const foreign = new GraphBuilder().input('x', scalar);
const double = defineFunction({ name: 'double', expand: ([a, b]) => [add(a, b)] });

describe('messages', () => {
  it.each<[string, () => unknown]>([
    [
      'add: expected operands of one graph, received a tensor of another graph. Hint: build both operands from the same builder, or pass the tensor in as an input [graph.foreign]',
      () => add(x, foreign),
    ],
    [
      'double: expected operands of one graph, received a tensor of another graph. Hint: build both operands from the same builder, or pass the tensor in as an input [graph.foreign]',
      () => callFunction(double, [x, foreign], {}),
    ],
    [
      'input (x): expected a name that is not empty and not taken, received "x". Hint: open a scope with within(), or choose another name [graph.name]',
      () => builder.input('x', scalar),
    ],
    [
      'parameter (count): expected a name that is not empty and not taken, received "count". Hint: open a scope with within(), or choose another name [graph.name]',
      () => builder.parameter('count', []),
    ],
    [
      'state: expected a name that is not empty and not taken, received "". Hint: open a scope with within(), or choose another name [graph.name]',
      () => builder.state('', scalar),
    ],
    [
      'update (weight): expected f32[3], received f32[]. Hint: declare it with parameter() or state() first, and keep its type [graph.update]',
      () => {
        builder.update('weight', x);
      },
    ],
    [
      'update (bias): expected the name of a parameter or state entry, received bias. Hint: declare it with parameter() or state() first, and keep its type [graph.update]',
      () => {
        builder.update('bias', x);
      },
    ],
    [
      'GraphBuilder.from: expected schema version 1, that of this copy of @netwright/ir, received schema version 2, of the copy that made the graph. Hint: install versions of @netwright/ir with one schema version [graph.schemaVersion]',
      () => {
        GraphBuilder.from({ ...builder.finish(), schemaVersion: 2 as never });
      },
    ],
    [
      'setParameter (bias): expected the name of a parameter, received bias. [graph.parameter]',
      () => {
        builder.setParameter('bias', { trainable: false });
      },
    ],
  ])('%s', (message, act) => {
    expect(act).toThrow(expect.objectContaining({ name: 'NetwrightError', message }));
  });

  it('recognises errors of any installed copy', () => {
    const error = new NetwrightError({ code: 'a.b', operation: 'a' });
    const copy = Object.assign(new Error('x'), { name: 'NetwrightError', code: 'a.b' });
    expect([
      isNetwrightError(error),
      isNetwrightError(copy, 'a.b'),
      isNetwrightError(copy, 'a.c'),
      isNetwrightError(new Error('x')),
    ]).toEqual([true, true, false, false]);
  });
});
