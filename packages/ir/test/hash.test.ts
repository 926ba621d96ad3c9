import { describe, expect, it } from 'vitest';
import {
  add,
  buildGraph,
  callFunction,
  defineFunction,
  eliminateCommonSubexpressions,
  eliminateDeadCode,
  exp,
  GraphBuilder,
  inlineFunctions,
  mul,
  neg,
  renameParameters,
  sin,
  structuralHash,
  sub,
  tensorType,
  type Graph,
  type GraphBuilder as Builder,
  type ParameterOptions,
  type StateOptions,
  type Tensor,
} from '../src/index.ts';
import { digestText, Hasher } from '../src/hasher.ts';
import { uniformSource } from './draw.ts';
import { smallNetwork } from './small-graphs.ts';

const vector = tensorType('f32', ['N', 3]);

function graphOf(build: (x: Tensor, y: Tensor, builder: Builder) => Record<string, Tensor>): Graph {
  return buildGraph({ x: vector, y: vector }, ({ x, y }, builder) => build(x, y, builder));
}

describe('the hash of words', () => {
  // mmh3 5.3.0 (Python), mmh3_x86_128_digest of the words in little-endian order with seed 0.
  it.each<[readonly number[], string]>([
    [[], '00000000000000000000000000000000'],
    [[0], 'cc066f1f9e5178409e5178409e517840'],
    [[1], 'cf0f20ca519c70b1519c70b1519c70b1'],
    [[4294967295], '9fbc99c8e1b0f249e1b0f249e1b0f249'],
    [[1, 2], '40e85748a4321e5e7fee4e567fee4e56'],
    [[1, 2, 3], '8504721670aa166f7385e62f9204edfb'],
    [[1, 2, 3, 4], '37d6ee173d4a429d3dbb9c175b64b81d'],
    [[3735928559, 1, 0, 7, 9], 'd40a1090be43daf7d960b07ba4950dc6'],
    [Array.from({ length: 17 }, (_, i) => i), 'e743f7c15a4bfdb43f3fe83453055713'],
    [Array.from({ length: 101 }, (_, i) => Math.imul(i, 2654435761) >>> 0), 'cc1e77e6552fc6a92484980142d2c242'],
  ])('%j', (words, expected) => {
    const hasher = new Hasher();
    for (const word of words) hasher.word(word);
    expect(digestText(hasher.digest())).toBe(expected);
  });
});

describe('structuralHash', () => {
  const network = smallNetwork();

  it('is 128 bits in hexadecimal, always the same', () => {
    expect(structuralHash(network)).toMatch(/^[0-9a-f]{32}$/);
    expect(structuralHash(smallNetwork())).toBe(structuralHash(network));
    expect(structuralHash(graphOf((x, y) => ({ z: exp(sub(x, y)) })))).toMatchInlineSnapshot(
      `"d6d5810a8a38d610ea061ba7c3e39528"`,
    );
  });

  it.each<[string, Graph, Graph]>([
    ['scopes', graphOf((x) => ({ z: exp(x) })), graphOf((x, _, builder) => builder.within('a', () => ({ z: exp(x) })))],
    [
      'the order of independent nodes',
      graphOf((x, y) => {
        const [a, b] = [exp(x), sin(y)];
        return { z: sub(a, b) };
      }),
      graphOf((x, y) => {
        const b = sin(y);
        return { z: sub(exp(x), b) };
      }),
    ],
    [
      'nodes and functions that nothing needs',
      network,
      ((): Graph => {
        const builder = GraphBuilder.from(network);
        callFunction(squared(), [exp(builder.tensor(0))], {});
        return builder.finish();
      })(),
    ],
    [
      'how often an equal value is computed',
      inlineFunctions.run(network),
      eliminateCommonSubexpressions.run(eliminateDeadCode.run(inlineFunctions.run(network))),
    ],
    [
      'the order in which inputs, parameters, states and updates are declared',
      network,
      {
        ...network,
        inputs: reversed(network.inputs),
        parameters: reversed(network.parameters),
        states: reversed(network.states),
        updates: reversed(network.updates),
      },
    ],
  ])('does not depend on %s', (_, a, b) => {
    expect(JSON.stringify(a)).not.toBe(JSON.stringify(b));
    expect(structuralHash(a)).toBe(structuralHash(b));
  });

  const parameter = (options: ParameterOptions): Graph =>
    graphOf((x, _, builder) => ({ z: add(x, builder.parameter('p', [3], options)) }));
  const state = (options: StateOptions, name = 's'): Graph =>
    graphOf((x, _, builder) => ({ z: add(x, builder.state(name, tensorType('f32', [3]), options)) }));

  it.each<[string, readonly Graph[]]>([
    ['operations', [graphOf((x) => ({ z: exp(x) })), graphOf((x) => ({ z: sin(x) }))]],
    ['the order of operands', [graphOf((x, y) => ({ z: sub(x, y) })), graphOf((x, y) => ({ z: sub(y, x) }))]],
    ['which operand', [graphOf((x, y) => ({ z: add(x, y) })), graphOf((x) => ({ z: add(x, x) }))]],
    ['attributes', [0, -0, NaN, Infinity, 1e-300, 2e-300].map((value) => graphOf((x) => ({ z: mul(x, value) })))],
    ['types', [3, 4, 'N', 'M'].map((size) => buildGraph({ x: tensorType('f32', [size]) }, ({ x }) => ({ y: exp(x) })))],
    [
      'names of inputs',
      [buildGraph({ x: vector }, ({ x }) => ({ y: exp(x) })), buildGraph({ z: vector }, ({ z }) => ({ y: exp(z) }))],
    ],
    ['inputs that nothing reads', [buildGraph({}, () => ({})), buildGraph({ x: vector }, () => ({}))]],
    ['names of parameters and states', [network, renameParameters(network, (name) => `net.${name}`)]],
    [
      'what parameters are like',
      [
        parameter({}),
        parameter({ init: { kind: 'constant', value: 1 } }),
        parameter({ trainable: false }),
        parameter({ group: 'noDecay' }),
      ],
    ],
    [
      'what states are like',
      [
        state({}),
        state({ init: { kind: 'constant', value: 1 } }),
        state({ persistent: false }),
        state({ serializedAs: 'I64' }),
      ],
    ],
    ['whether it is a parameter or a state', [parameter({}), state({}, 'p')]],
    [
      'names, roles, weights and order of outputs',
      [
        buildGraph({ x: vector }, ({ x }) => ({ a: exp(x), b: sin(x) })),
        buildGraph({ x: vector }, ({ x }) => ({ a: sin(x), b: exp(x) })),
        buildGraph({ x: vector }, ({ x }) => ({ b: sin(x), a: exp(x) })),
        buildGraph({ x: vector }, ({ x }) => ({ a: exp(x), b: { value: sin(x), role: 'trainingOnly' } })),
        buildGraph({ x: vector }, ({ x }) => ({ a: exp(x), b: { value: sin(x), lossWeight: 0.5 } })),
      ],
    ],
    ['updates', [network, { ...network, updates: {} }]],
    [
      'bodies, gradients, inference forms, names and attributes of functions',
      [
        withFunction('f', (x) => exp(x)),
        withFunction('g', (x) => exp(x)),
        withFunction('f', (x) => sin(x)),
        withFunction('f', (x) => exp(x), { limit: 1 }),
        withFunction('f', (x) => exp(x), {}, { gradient: (g) => g }),
        withFunction('f', (x) => exp(x), {}, { gradient: (g) => neg(g) }),
        withFunction('f', (x) => exp(x), {}, { inference: (x) => x }),
      ],
    ],
    [
      'whether a function is called',
      [withFunction('f', (x) => exp(x)), inlineFunctions.run(withFunction('f', (x) => exp(x)))],
    ],
  ])('depends on %s', (_, graphs) => {
    expect(new Set(graphs.map(structuralHash)).size).toBe(graphs.length);
  });

  it('spreads over all bits: one changed bit of the input changes half of them', () => {
    const uniform = uniformSource(5);
    const hashes = Array.from({ length: 400 }, () => {
      const value = uniform();
      const [a, b] = [value, value + Number.EPSILON / 2].map((factor) =>
        BigInt(`0x${structuralHash(graphOf((x) => ({ z: mul(x, factor) })))}`),
      );
      return a ^ b;
    });
    const flips = Array.from(
      { length: 128 },
      (_, bit) => hashes.filter((bits) => (bits >> BigInt(bit)) & 1n).length / hashes.length,
    );
    expect(Math.min(...flips)).toBeGreaterThan(0.35);
    expect(Math.max(...flips)).toBeLessThan(0.65);
  });

  it('takes time in proportion to the graph', () => {
    const seconds = [2000, 16000].map((count) => {
      const graph = graphOf((x) => ({ z: chain(x, count) }));
      structuralHash(graph);
      const runs = [0, 1, 2].map(() => {
        const start = performance.now();
        structuralHash(graph);
        return performance.now() - start;
      });
      return Math.min(...runs);
    });
    expect(seconds[1]).toBeLessThan(40 * Math.max(seconds[0], 1));
  });
});

function chain(x: Tensor, count: number): Tensor {
  let y = x;
  for (let i = 0; i < count; i++) y = add(y, x);
  return y;
}

function reversed<T>(table: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(table).reverse());
}

type Attrs = Readonly<Record<string, number>>;

function squared(): ReturnType<typeof defineFunction<Attrs>> {
  return defineFunction<Attrs>({ name: 'squared', expand: ([x]) => [mul(x, x)] });
}

function withFunction(
  name: string,
  expand: (x: Tensor) => Tensor,
  attrs: Attrs = {},
  more: { gradient?: (g: Tensor) => Tensor; inference?: (x: Tensor) => Tensor } = {},
): Graph {
  const { gradient, inference } = more;
  const record = defineFunction<Attrs>({
    name,
    expand: ([x]) => [expand(x)],
    ...(gradient === undefined ? {} : { gradient: ({ grads: [g] }) => [gradient(g)] }),
    ...(inference === undefined ? {} : { inference: ([x]) => [inference(x)] }),
  });
  return graphOf((x) => ({ z: callFunction(record, [x], attrs)[0] }));
}
