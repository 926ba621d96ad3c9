import { describe, expect, it } from 'vitest';
import {
  add,
  buildGraph,
  exp,
  GraphBuilder,
  inlineGraph,
  mul,
  printGraph,
  random,
  reachable,
  relu,
  sin,
  sub,
  tensorType,
  verifyGraph,
} from '../src/index.ts';
import { evaluateGraph } from './evaluate-graph.ts';

const vector = tensorType('f32', [2]);

/** A part with a parameter, a state, a function and two outputs. */
const part = buildGraph({ x: vector }, ({ x }, builder) =>
  builder.within('unit', () => {
    const weight = builder.parameter('weight', [2], { group: 'noDecay', init: { kind: 'constant', value: 3 } });
    builder.state('copy', vector, { persistent: false, init: { kind: 'copyOf', parameter: 'unit.weight' } });
    const total = builder.state('total', vector, { init: { kind: 'copyOf', parameter: 'unit.weight' } });
    builder.update('unit.total', add(total, x));
    return { y: relu(mul(x, weight)), z: sub(total, x) };
  }),
);

describe('inlineGraph', () => {
  it('puts the wanted part below the current scope, with its parameters and states', () => {
    const graph = buildGraph({ image: vector }, ({ image }, builder) =>
      builder.within('net', () => {
        const { y, z } = inlineGraph(builder, part, { x: exp(image) });
        return { y, z };
      }),
    );
    verifyGraph(graph);
    expect(printGraph(graph, { functions: false })).toMatchInlineSnapshot(`
      "graph v1 {
        input image: f32[2] = %0
        parameter net.unit.weight: f32[2] = %2 {noDecay, init=constant {value=3}}
        state net.unit.total: f32[2] = %3 {persistent, init=copyOf {parameter=net.unit.weight}}
        output y = %6 {prediction}
        output z = %7 {prediction}
        %0: f32[2] = input image
        %1: f32[2] = exp(%0)  # net
        %2: f32[2] = parameter net.unit.weight  # net
        %3: f32[2] = state net.unit.total  # net
        %4: f32[2] = mul(%1, %2)  # net.unit
        %5: f32[2] = call relu(f32[2]){}(%4)  # net.unit
        %6: f32[2] = %5.0  # net.unit
        %7: f32[2] = sub(%3, %1)  # net.unit
      }
      "
    `);
    const [a, b] = [Math.exp(1), Math.exp(-1)];
    const { y, z } = evaluateGraph(graph, { image: [1, -1], 'net.unit.weight': [2, -2], 'net.unit.total': [5, 6] });
    expect([[...y], [...z]]).toEqual([
      [2 * a, 0],
      [5 - a, 6 - b],
    ]);
  });

  it('shares parameters of one name, and keeps others apart by scope', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', vector);
    const twice = inlineGraph(builder, part, { x: inlineGraph(builder, part, { x }, ['y']).y }, ['y']).y;
    builder.output(
      'y',
      builder.within('other', () => inlineGraph(builder, part, { x: twice }, ['y']).y),
    );
    const graph = builder.finish();
    expect(Object.keys(graph.parameters)).toEqual(['unit.weight', 'other.unit.weight']);
    expect(Object.keys(graph.states)).toEqual([]);
    const { y } = evaluateGraph(graph, { x: [1, 2], 'unit.weight': [2, 3], 'other.unit.weight': [5, 7] });
    expect([...y]).toEqual([20, 126]);
  });

  it('copies nothing that the wanted outputs do not need', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', vector);
    inlineGraph(builder, part, { x }, ['z']);
    const { nodes, functions } = builder.finish();
    expect([nodes.map(({ op }) => op), Object.keys(functions)]).toEqual([['input', 'state', 'sub'], []]);
  });

  it('keeps random streams, so that a mask is the same wherever it is computed', () => {
    const noise = buildGraph({ seed: tensorType('i32', []) }, (_, inner) => ({ y: random(inner, [4]) }));
    const [stream] = noise.nodes.flatMap((node) => (node.op === 'random' ? [node.attrs.stream] : []));
    const builder = new GraphBuilder();
    const { seed, step, offset } = builder.randomKey();
    const inputs = { seed, $seed: seed, $step: step, $offset: offset };
    builder.within('a', () => inlineGraph(builder, noise, inputs));
    const streams = builder.finish().nodes.flatMap((node) => (node.op === 'random' ? [node.attrs.stream] : []));
    expect(streams).toEqual([stream]);
    const next = builder.node(random(builder, [4]).id);
    expect(next.op === 'random' && next.attrs.stream).not.toBe(stream);
  });

  it.each<[string, (builder: GraphBuilder) => unknown]>([
    [
      'inlineGraph: expected one of the outputs [y, z], received logits. [inline.output]',
      (builder) => inlineGraph(builder, part, { x: builder.input('x', vector) }, ['logits']),
    ],
    [
      'inlineGraph (head): expected a tensor f32[2] for the input x, received inputs [image]. [inline.input]',
      (builder) => builder.within('head', () => inlineGraph(builder, part, { image: builder.input('image', vector) })),
    ],
    [
      'inlineGraph: expected a tensor f32[2] for the input x, received f32[3]. [inline.input]',
      (builder) => inlineGraph(builder, part, { x: builder.input('x', tensorType('f32', [3])) }),
    ],
    [
      'inlineGraph: expected operands of one graph, received a tensor of another graph. Hint: build both operands from the same builder, or pass the tensor in as an input [graph.foreign]',
      (builder) => inlineGraph(builder, part, { x: new GraphBuilder().input('x', vector) }),
    ],
  ])('%s', (message, act) => {
    expect(() => act(new GraphBuilder())).toThrow(expect.objectContaining({ name: 'NetwrightError', message }));
  });
});

describe('reachable', () => {
  it('gives what values depend on, in order', () => {
    const builder = new GraphBuilder();
    const [x, y] = [builder.input('x', vector), builder.input('y', vector)];
    const [a, , c] = [exp(x), sin(y), mul(x, x)];
    const graph = builder.finish();
    expect([reachable(graph, [c.id]), reachable(graph, [c.id, a.id, c.id]), reachable(graph, [])]).toEqual([
      [x.id, c.id],
      [x.id, a.id, c.id],
      [],
    ]);
  });
});
