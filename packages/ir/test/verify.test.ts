import { describe, expect, it } from 'vitest';
import {
  add,
  buildGraph,
  callFunction,
  conv2d,
  defineFunction,
  GraphBuilder,
  inferenceMode,
  inlineFunctions,
  isNetwrightError,
  relu,
  tensorType,
  verifyGraph,
  type FunctionDef,
  type Graph,
} from '../src/index.ts';
import { attributeProblems } from '../src/ops/attribute-kinds.ts';
import type { PrimitiveSample } from '../src/index.ts';
import { samples } from '../src/ops/samples.ts';
import { attentionGraph, smallNetwork } from './small-graphs.ts';

type Loose = Record<string, unknown>;

/** %0 image, %1 weight, %2 mean, %3 conv, %4 call relu, %5 its result, %6 add; output y, update of mean. */
function valid(): Graph {
  return buildGraph({ image: tensorType('f32', ['N', 2, 4, 4]) }, ({ image }, builder) =>
    builder.within('layer1', () => {
      const weight = builder.parameter('weight', [3, 2, 3, 3]);
      const mean = builder.state('mean', tensorType('f32', [3]));
      const y = relu(conv2d(image, weight));
      builder.update('layer1.mean', add(mean, mean));
      return { y };
    }),
  );
}

function reasonsOf(graph: Graph): readonly string[] {
  try {
    verifyGraph(graph);
  } catch (error) {
    if (!isNetwrightError(error, 'graph.invalid')) throw error;
    return error.reasons;
  }
  return [];
}

/** The valid graph with other fields in one node. */
function withNode(id: number, change: Loose): Graph {
  const graph = valid();
  return { ...graph, nodes: graph.nodes.map((node, at) => (at === id ? { ...node, ...change } : node)) };
}

function withAttrs(id: number, change: Loose): Graph {
  return withNode(id, { attrs: { ...valid().nodes[id].attrs, ...change } });
}

function withTable(change: Loose): Graph {
  return { ...valid(), ...change };
}

function withFunction(change: (def: FunctionDef) => Loose): Graph {
  const graph = valid();
  const [[key, def]] = Object.entries(graph.functions);
  return { ...graph, functions: { [key]: { ...def, ...change(def) } } };
}

const RELU = 'relu(f32[N, 3, 2, 2]){}';
const image = valid().inputs['image'];
const weight = valid().parameters['layer1.weight'];
const mean = valid().states['layer1.mean'];

describe('verifyGraph', () => {
  it.each<[string, Graph]>([
    ['a network in training form', smallNetwork()],
    ['its inference form', inferenceMode.run(smallNetwork())],
    ['without functions', inlineFunctions.run(smallNetwork())],
    ['attention', attentionGraph()],
    ['an empty graph', new GraphBuilder().finish()],
    ['the graph that the cases below break', valid()],
  ])('accepts %s', (_, graph) => {
    expect(reasonsOf(graph)).toEqual([]);
  });

  it('reports everything in one error', () => {
    const { nodes } = withNode(3, { inputs: [0, 9], scope: 'stem' });
    expect(() => {
      verifyGraph({ ...valid(), nodes, updates: { gone: 0 } });
    }).toThrow(
      expect.objectContaining({
        name: 'NetwrightError',
        message:
          'verifyGraph: expected a valid graph, received 2 problems; %3 conv2d (stem): operand 1, %9, is not an earlier value; update gone: there is no parameter or state of this name. [graph.invalid]',
      }),
    );
  });

  it.each<[string, Graph, readonly string[]]>([
    [
      'a later operand',
      withNode(3, { inputs: [0, 3] }),
      ['%3 conv2d (layer1): operand 1, %3, is not an earlier value'],
    ],
    [
      'a negative operand',
      withNode(3, { inputs: [-1, 1] }),
      ['%3 conv2d (layer1): operand 0, %-1, is not an earlier value'],
    ],
    [
      'a fractional operand',
      withNode(3, { inputs: [0.5, 1] }),
      ['%3 conv2d (layer1): operand 0, %0.5, is not an earlier value'],
    ],
    [
      'a missing operand',
      withNode(3, { inputs: [0] }),
      ['%3 conv2d (layer1): expected 2 operands, received 1 of types [f32[N, 2, 4, 4]]'],
    ],
    [
      'another type',
      withNode(3, { type: tensorType('f32', ['N', 3, 2, 3]) }),
      [
        '%3 conv2d (layer1): its type is f32[N, 3, 2, 3], not f32[N, 3, 2, 2]',
        `%4 call (layer1): operand 0 is f32[N, 3, 2, 3], not f32[N, 3, 2, 2]`,
      ],
    ],
    [
      'another element type',
      withNode(6, { type: tensorType('i32', [3]) }),
      ['%6 add (layer1): its type is i32[3], not f32[3]', 'update layer1.mean: the new value is i32[3], not f32[3]'],
    ],
    [
      'operands that do not fit',
      withNode(6, { inputs: [2, 1] }),
      ['%6 add (layer1): shapes [3] and [3, 2, 3, 3] differ'],
    ],
    [
      'no element type',
      withNode(6, { type: { dtype: 'f64', shape: [3] } }),
      ['%6 add (layer1): its type is not an element type with a shape'],
    ],
    [
      'no shape',
      withNode(6, { type: { dtype: 'f32', shape: ['N M'] } }),
      ['%6 add (layer1): its type is not an element type with a shape'],
    ],
    ['no attributes', withNode(6, { attrs: [] }), ['%6 add (layer1): its attributes are not an object']],
    ['an unknown operation', withNode(6, { op: 'plus' }), ['%6 plus (layer1): there is no operation plus']],
    [
      'an inherited operation',
      withNode(6, { op: 'toString' }),
      ['%6 toString (layer1): there is no operation toString'],
    ],
    ['an unknown attribute', withAttrs(6, { alpha: 1 }), ['%6 add (layer1): it has no attribute alpha']],
    [
      'malformed attributes',
      withNode(3, { attrs: { stride: [1], padding: [0, 0, 0], dilation: 1, ceilMode: true } }),
      [
        '%3 conv2d (layer1): its attribute stride is not a list of two numbers',
        '%3 conv2d (layer1): its attribute padding is not a list of four numbers',
        '%3 conv2d (layer1): its attribute dilation is not a list of two numbers',
        '%3 conv2d (layer1): it lacks the attribute groups',
        '%3 conv2d (layer1): it has no attribute ceilMode',
      ],
    ],
    [
      'attributes that make no sense',
      withAttrs(3, { stride: [0, 1] }),
      ['%3 conv2d (layer1): stride, dilation and groups must be positive integers'],
    ],
    ['a leaf with operands', withNode(1, { inputs: [0] }), ['%1 parameter (layer1): it has operands']],
    [
      'a leaf that is not declared',
      withAttrs(1, { name: 'constructor' }),
      [
        '%1 parameter (layer1): no parameter is declared as "constructor"',
        'parameter layer1.weight: value %1 is not its node',
      ],
    ],
    [
      'two leaves of one name',
      { ...valid(), nodes: [...valid().nodes, valid().nodes[0]] },
      ['%7 input: the input image is declared as %0'],
    ],
    [
      'a call of nothing',
      withAttrs(4, { function: 'gelu' }),
      ['%4 call (layer1): there is no function gelu', '%5 result (layer1): the function it belongs to is missing'],
    ],
    [
      'a call with too many operands',
      withNode(4, { inputs: [3, 3] }),
      [`%4 call (layer1): 2 operands for the 1 inputs of ${RELU}`],
    ],
    [
      'a call of another type',
      withNode(4, { type: mean.type }),
      ['%4 call (layer1): its type is f32[3], not f32[N, 3, 2, 2]'],
    ],
    ['a result of nothing', withNode(5, { inputs: [3] }), ['%5 result (layer1): operand 0, %3, is not a call']],
    ['a result of two calls', withNode(5, { inputs: [4, 4] }), ['%5 result (layer1): it has 2 operands']],
    ['a result that there is not', withAttrs(5, { index: 1 }), [`%5 result (layer1): there is no result 1 of ${RELU}`]],
    [
      'a result of another type',
      withNode(5, { type: mean.type }),
      ['%5 result (layer1): its type is f32[3], not f32[N, 3, 2, 2]'],
    ],
    [
      'a call that is read directly',
      { ...withNode(6, { inputs: [4, 4] }), outputs: { y: { value: 4, role: 'prediction', lossWeight: 1 } } },
      [
        '%6 add (layer1): operand 0, %4, is a call, to be read through its results',
        '%6 add (layer1): operand 1, %4, is a call, to be read through its results',
        'output y: value %4 is a call, to be read through its results',
      ],
    ],
    [
      'an input without its node',
      withTable({ inputs: { image: { ...image, value: 3 } } }),
      ['%0 input: the input image is declared as %3', 'input image: value %3 is not its node'],
    ],
    [
      'an input of another type',
      withTable({ inputs: { image: { ...image, type: mean.type } } }),
      ['input image: its node is f32[N, 2, 4, 4], not f32[3]'],
    ],
    [
      'an input of no type',
      withTable({ inputs: { image: { ...image, type: 'f32' } } }),
      ['input image: its type is not an element type with a shape'],
    ],
    [
      'a malformed parameter',
      withTable({ parameters: { 'layer1.weight': { ...weight, init: { kind: 'he' }, trainable: 1, group: null } } }),
      [
        'parameter layer1.weight: there is no initializer "he"',
        'parameter layer1.weight: trainable is not a boolean',
        'parameter layer1.weight: group is not a string',
      ],
    ],
    [
      'a malformed state',
      withTable({ states: { 'layer1.mean': { ...mean, init: null, persistent: 'yes', serializedAs: 'I32' } } }),
      [
        'state layer1.mean: its initializer is not an object',
        'state layer1.mean: persistent is not a boolean',
        'state layer1.mean: serializedAs is not I64',
      ],
    ],
    [
      'initializers with malformed fields',
      withTable({
        parameters: { 'layer1.weight': { ...weight, init: { kind: 'kaiming', distribution: 'flat', gain: '1' } } },
      }),
      [
        'parameter layer1.weight: distribution of its initializer is "flat"',
        'parameter layer1.weight: fan of its initializer is missing',
        'parameter layer1.weight: gain of its initializer is "1"',
      ],
    ],
    [
      'a parameter and a state of one name',
      withTable({ parameters: { 'layer1.weight': weight, 'layer1.mean': { ...weight, value: 2 } } }),
      ['parameter layer1.mean: value %2 is not its node', 'parameter layer1.mean: there is a state of this name'],
    ],
    [
      'malformed outputs',
      withTable({
        outputs: Object.fromEntries([
          ['', { value: 5, role: 'prediction', lossWeight: 1 }],
          ['__proto__', { value: 99, role: 'main', lossWeight: '1' }],
        ]),
      }),
      [
        'output : this cannot be a name',
        'output __proto__: this cannot be a name',
        'output __proto__: there is no value %99',
        'output __proto__: its role is "main"',
        'output __proto__: its loss weight is not a number',
      ],
    ],
    [
      'an update of another type',
      withTable({ updates: { 'layer1.mean': 5 } }),
      ['update layer1.mean: the new value is f32[N, 3, 2, 2], not f32[3]'],
    ],
    [
      'an update without a value',
      withTable({ updates: { 'layer1.mean': -1 } }),
      ['update layer1.mean: there is no value %-1'],
    ],
    [
      'another schema version',
      withTable({ schemaVersion: 2 }),
      ['its schema version is 2, and this copy of @netwright/ir has 1'],
    ],
    [
      'a function without a name, with odd attributes',
      withFunction(() => ({ name: '', attrs: { f: { g: [() => 0] } } })),
      [`function ${RELU}, its name is empty`, `function ${RELU}, its attributes are not plain data at .f.g[0]`],
    ],
    [
      'a broken body',
      withFunction(({ body }) => ({ body: { ...body, nodes: body.nodes.slice(0, -1) } })),
      [
        `%4 call (layer1): ${RELU} has no results`,
        `%5 result (layer1): there is no result 0 of ${RELU}`,
        `function ${RELU}, body: output y0: there is no value %3`,
      ],
    ],
    [
      'a body with other names',
      withFunction(({ body }) => ({ body: { ...body, outputs: { y: body.outputs['y0'] } } })),
      [`function ${RELU}, body: its outputs are [y: f32[N, 3, 2, 2]], not [y0: f32[N, 3, 2, 2]]`],
    ],
    [
      'a body without results',
      withFunction(({ body }) => ({ body: { ...body, outputs: {} } })),
      [
        `%4 call (layer1): ${RELU} has no results`,
        `%5 result (layer1): there is no result 0 of ${RELU}`,
        `function ${RELU}, body: it has no outputs`,
        `function ${RELU}, gradient: its inputs are [x0: f32[N, 3, 2, 2], y0: f32[N, 3, 2, 2], g0: f32[N, 3, 2, 2]], not [x0: f32[N, 3, 2, 2]]`,
      ],
    ],
    [
      'a body with a state',
      withFunction(() => ({ inference: stateful() })),
      [`function ${RELU}, inference: it has parameters, states or updates of its own: total`],
    ],
    [
      'another inference form',
      withFunction(() => ({ inference: buildGraph({ x0: mean.type }, ({ x0 }) => ({ y0: x0 })) })),
      [
        `function ${RELU}, inference: its inputs are [x0: f32[3]], not [x0: f32[N, 3, 2, 2]]`,
        `function ${RELU}, inference: its outputs are [y0: f32[3]], not [y0: f32[N, 3, 2, 2]]`,
      ],
    ],
    [
      'another gradient',
      withFunction(({ gradient }) => ({
        gradient: gradient && { ...gradient, outputs: { d1: gradient.outputs['d0'] } },
      })),
      [`function ${RELU}, gradient: output d1 is not the gradient of an f32 input`],
    ],
    [
      'a gradient of another type',
      withFunction(({ gradient }) => ({
        gradient: gradient && { ...gradient, outputs: { d0: { ...gradient.outputs['d0'], value: 3 } } },
      })),
      [`function ${RELU}, gradient: output d0 is f32[], not f32[N, 3, 2, 2]`],
    ],
  ])('reports %s', (_, graph, reasons) => {
    expect(reasonsOf(graph)).toEqual(reasons);
  });

  it('looks into functions of functions', () => {
    const outer = defineFunction<Readonly<Record<string, never>>>({ name: 'outer', expand: ([x]) => [relu(x)] });
    const graph = buildGraph({ x: mean.type }, ({ x }) => ({ y: callFunction(outer, [x], {})[0] }));
    const broken = JSON.parse(JSON.stringify(graph).replaceAll('"op":"maximum"', '"op":"max"')) as Graph;
    expect(reasonsOf(broken)).toEqual([
      'function outer(f32[3]){}, body: function relu(f32[3]){}, body: %3 max: there is no operation max',
    ]);
  });
});

function stateful(): Graph {
  return buildGraph({ x0: tensorType('f32', ['N', 3, 2, 2]) }, ({ x0 }, builder) => {
    builder.state('total', mean.type);
    return { y0: x0 };
  });
}

describe('attribute kinds', () => {
  const all = Object.values(samples).flatMap((list: readonly PrimitiveSample[]) => list);

  it.each(all)('fit the sample $op: $name', ({ op, attrs }) => {
    expect(attributeProblems(op, attrs)).toEqual([]);
  });

  it.each(all.filter(({ attrs }) => Object.keys(attrs).length > 0))('are all needed by $op: $name', ({ op, attrs }) => {
    for (const name of Object.keys(attrs)) {
      const others = Object.entries(attrs).filter(([key]) => key !== name);
      expect(attributeProblems(op, Object.fromEntries(others))).toEqual([`it lacks the attribute ${name}`]);
      expect(attributeProblems(op, { ...attrs, [name]: null })).toHaveLength(1);
    }
  });
});
