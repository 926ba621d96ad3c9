// Declaring optimizers and adding their updates to a graph; what the updates compute is tested with the optimizers themselves.

import { GraphBuilder, mul, reachable, structuralHash, sub, tensorType, verifyGraph, type Graph } from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import {
  applyOptimizer,
  defineOptimizer,
  hyperFor,
  hyperInputs,
  OPTIMIZER_PREFIX,
  optimizerStates,
  requireOptions,
  type ApplyOptimizerOptions,
} from '../src/index.ts';

type ScaledOptions = Readonly<{ lr: number; weightDecay: number; nesterov: boolean; mode: 'plain' | 'other' | 'odd' }>;

const DEFAULTS: ScaledOptions = { lr: 0.1, weightDecay: 0.5, nesterov: false, mode: 'plain' };

const scaled = defineOptimizer({
  name: 'scaled',
  options: DEFAULTS,
  check: (options) =>
    requireOptions(
      'scaled',
      options,
      { lr: [0, Infinity], weightDecay: [0, 1] },
      options.mode === 'odd' ? ['mode is odd'] : [],
    ),
  state: ({ nesterov }) => ({
    velocity: { kind: 'constant', value: 0 },
    ...(nesterov ? { extra: { kind: 'constant', value: 2 } } : {}),
  }),
  update: ({ param, grad, state, hyper }) => ({
    param: sub(sub(param, mul(grad, hyper.lr)), mul(param, hyper.weightDecay)),
    state,
  }),
  gradientAt: ({ param, hyper }) => mul(param, hyper.lr),
});

type Override = Omit<ApplyOptimizerOptions, 'grads' | 'hyper'>;

/** Two parameters, `a` with weight decay and `b` in the group `noDecay`, updated by `scaled`. */
function training(options: (builder: GraphBuilder) => Override = () => ({})): Graph {
  const builder = new GraphBuilder();
  const grads = Object.fromEntries(
    ['a', 'b'].map((name) => {
      builder.parameter(name, [3], { group: name === 'b' ? 'noDecay' : 'decay' });
      return [name, builder.input(`grad/${name}`, tensorType('f32', [3]))];
    }),
  );
  const own = options(builder);
  applyOptimizer(builder, scaled(), { grads, hyper: hyperInputs(builder, scaled()), ...own });
  const graph = builder.finish();
  verifyGraph(graph);
  return graph;
}

/** Names of the graph inputs that an update reads. */
function readBy(graph: Graph, update: string): readonly string[] {
  return reachable(graph, [graph.updates[update]]).flatMap((id) => {
    const node = graph.nodes[id];
    return node.op === 'input' ? [node.attrs.name] : [];
  });
}

describe('defineOptimizer', () => {
  it('resolves options over defaults, and takes the numbers as hyper-parameters', () => {
    const made = scaled({ lr: 0.2, mode: 'other' });
    expect(made.name).toBe('scaled');
    expect(made.options).toEqual({ lr: 0.2, weightDecay: 0.5, nesterov: false, mode: 'other' });
    expect(made.hyper).toEqual({ lr: 0.2, weightDecay: 0.5 });
  });

  it('declares the state that the options ask for', () => {
    expect(Object.keys(scaled().state)).toEqual(['velocity']);
    expect(scaled({ nesterov: true }).state).toEqual({
      velocity: { kind: 'constant', value: 0 },
      extra: { kind: 'constant', value: 2 },
    });
  });

  it('carries gradientAt where the rule has one', () => {
    const builder = new GraphBuilder();
    const param = builder.parameter('a', [3]);
    const at = scaled().gradientAt?.({ param, state: {}, step: param, hyper: hyperInputs(builder, scaled()) });
    expect(at?.type).toEqual(param.type);
    const plain = defineOptimizer({
      name: 'plain',
      options: { lr: 1 },
      update: ({ param: same, state }) => ({ param: same, state }),
    });
    expect(plain().gradientAt).toBeUndefined();
    expect(plain().state).toEqual({});
  });

  it('says everything that is wrong with the options', () => {
    const wrong = { lr: NaN, weightDecay: undefined, nesterov: 1, rate: 3 } as unknown as Parameters<typeof scaled>[0];
    expect(() => scaled(wrong)).toThrow(
      expect.objectContaining({
        code: 'optimizer.options',
        message:
          'scaled: expected options among lr, weightDecay, nesterov, mode, received {"lr":null,"nesterov":1,"rate":3}; lr must be finite; ' +
          'weightDecay is undefined; leave it out for the default; nesterov must be a boolean; there is no option rate. [optimizer.options]',
      }),
    );
  });
});

describe('requireOptions', () => {
  it('says everything that is out of range', () => {
    expect(() => scaled({ lr: -1, weightDecay: 2, mode: 'odd' })).toThrow(
      expect.objectContaining({
        code: 'scaled.options',
        message:
          'scaled: expected options in range, received {"lr":-1,"weightDecay":2,"nesterov":false,"mode":"odd"}; lr must be at least 0, not -1; ' +
          'weightDecay must be in [0, 1], not 2; mode is odd. [scaled.options]',
      }),
    );
  });

  it('accepts the ends of a range', () => {
    expect(scaled({ lr: 0, weightDecay: 1 }).hyper).toEqual({ lr: 0, weightDecay: 1 });
  });
});

describe('applyOptimizer', () => {
  it('updates every parameter with a gradient, its state, and one step counter', () => {
    const graph = training();
    expect(Object.keys(graph.updates).sort()).toEqual(
      ['a', 'b', ...['step', 'velocity/a', 'velocity/b'].map((name) => `${OPTIMIZER_PREFIX}${name}`)].sort(),
    );
    expect(graph.states[`${OPTIMIZER_PREFIX}step`].type).toEqual(tensorType('i32', []));
    expect(Object.keys(graph.inputs).sort()).toEqual(['$hyper.lr', '$hyper.weightDecay', 'grad/a', 'grad/b']);
  });

  it('reads hyper-parameters from scalar inputs', () => {
    expect(readBy(training(), 'a').toSorted()).toEqual(['$hyper.lr', '$hyper.weightDecay', 'grad/a']);
  });

  it('replaces a hyper-parameter for some parameters by a constant', () => {
    const graph = training((builder) => ({
      override: (name): Readonly<Record<string, number>> =>
        builder.parameters[name].group === 'noDecay' ? { weightDecay: 0, other: 1 } : {},
    }));
    expect(readBy(graph, 'a')).toContain('$hyper.weightDecay');
    expect(readBy(graph, 'b').toSorted()).toEqual(['$hyper.lr', 'grad/b']);
  });

  it('scales the learning rate of some parameters, which are other graphs', () => {
    const scaledGraph = training(() => ({ lrScale: (name) => (name === 'a' ? 0.1 : 1) }));
    expect(readBy(scaledGraph, 'a')).toContain('$hyper.lr');
    expect(structuralHash(scaledGraph)).not.toBe(structuralHash(training()));
  });

  it('puts the gate before every update', () => {
    const graph = training((builder) => ({ gate: builder.input('open', tensorType('bool', [])) }));
    for (const [name, value] of Object.entries(graph.updates)) {
      expect(graph.nodes[value].op, name).toBe('where');
      expect(readBy(graph, name), name).toContain('open');
    }
  });

  it('shares state with one that was declared before', () => {
    const builder = new GraphBuilder();
    builder.parameter('a', [3]);
    const first = optimizerStates(builder, scaled(), 'a');
    const second = optimizerStates(builder, scaled(), 'a');
    expect(second.velocity.id).toBe(first.velocity.id);
    expect(Object.keys(builder.states)).toEqual([`${OPTIMIZER_PREFIX}velocity/a`]);
  });

  it('leaves a learning rate without scale as it is', () => {
    const builder = new GraphBuilder();
    const hyper = hyperInputs(builder, scaled());
    expect(hyperFor(builder, hyper, {}, 1).lr.id).toBe(hyper.lr.id);
    expect(hyperFor(builder, hyper, {}, 0.5).lr.id).not.toBe(hyper.lr.id);
  });
});
