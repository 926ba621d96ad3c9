import {
  add,
  avgPool2d,
  batchNorm,
  buildGraph,
  constant,
  conv2d,
  dropout,
  foldConstants,
  GraphBuilder,
  mul,
  relu,
  stopGradient,
  sum,
  tensorType,
  type FunctionDef,
  type Graph,
  type GraphPass,
  type Node,
} from '@netwright/ir';
import { rewriteSuite, type RewriteCase } from '../../src/rewrite/test-rewrite.ts';
import type { Suite } from '../../src/suite/suite.ts';
import type { Mutant, MutatedKind } from './mutant.ts';

/** A padded convolution with batch norm, a sum that constants can be folded in, dropout, and a weight that learns. */
function network(): Graph {
  return buildGraph({ image: tensorType('f32', ['N', 2, 4, 4]) }, ({ image }, builder) => {
    const weight = builder.parameter('conv.weight', [3, 2, 3, 3]);
    const leaves = ['weight', 'bias'].map((name) => builder.parameter(`bn.${name}`, [3]));
    const states = ['running_mean', 'running_var'].map((name) => builder.state(`bn.${name}`, tensorType('f32', [3])));
    const convolved = builder.within('conv', () => conv2d(image, weight, { padding: 1 }));
    const norm = batchNorm(convolved, {
      weight: leaves[0],
      bias: leaves[1],
      runningMean: states[0],
      runningVar: states[1],
    });
    builder.update('bn.running_mean', norm.runningMean);
    builder.update('bn.running_var', norm.runningVar);
    const y = builder.within('tail', () =>
      add(dropout(relu(norm.output), { p: 0.25 }), mul(norm.output, mul(constant(builder, 2), 3))),
    );
    return {
      y: avgPool2d(y, { kernel: 2 }),
      aux: { value: sum(mul(convolved, convolved)), role: 'trainingOnly', lossWeight: 0.3 },
    };
  });
}

function nothingToDo(): Graph {
  return buildGraph({ x: tensorType('f32', ['N', 2]) }, ({ x }) => ({ y: mul(x, x) }));
}

const CASES: readonly RewriteCase[] = [
  { name: 'a small network', build: network, dims: { N: 3 } },
  { name: 'a product', build: nothingToDo, dims: { N: 2 }, changes: false },
];

/** What is right, and then `change`, on the case with something to do. */
function rewrite(change: (graph: Graph) => Graph): Suite {
  const pass: GraphPass = {
    ...foldConstants,
    name: 'fold',
    run: <I extends string, O extends string>(graph: Graph<I, O>): Graph<I, O> =>
      Object.hasOwn(graph.inputs, 'x') ? foldConstants.run(graph) : change(foldConstants.run(graph)),
  };
  return rewriteSuite(pass, CASES);
}

/** The graph with one kind of node replaced by its first operand. */
function dropped(graph: Graph, isDropped: (node: Node) => boolean): Graph {
  const first = graph.nodes.findIndex(isDropped);
  const [instead] = graph.nodes[first].inputs;
  const at = (id: number): number => (id === first ? instead : id);
  return {
    ...graph,
    nodes: graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map(at) })),
    updates: Object.fromEntries(Object.entries(graph.updates).map(([name, value]) => [name, at(value)])),
  };
}

function rebuilt(graph: Graph, change: (builder: GraphBuilder) => void): Graph {
  const builder = GraphBuilder.from(graph);
  change(builder);
  return builder.finish();
}

function editNode(graph: Graph, op: Node['op'], edit: (node: Node) => Node): Graph {
  return { ...graph, nodes: graph.nodes.map((node) => (node.op === op ? edit(node) : node)) };
}

const RESULTS = 'a small network > keeps results and updated entries';
const GRADIENTS = 'a small network > keeps gradients';
const INTERFACE = 'a small network > gives a valid graph with the same interface';
const ALONE = 'a small network > leaves its operand alone and gives the same graph again';
let runs = 0;

const mutants: readonly Mutant[] = [
  {
    fault: 'a term that is dropped',
    suite: () => rewrite((graph) => dropped(graph, ({ op, scope }) => op === 'add' && scope === 'tail')),
    fails: [RESULTS, GRADIENTS],
    says: /\(run 1, output y\): expected \S+ within \S+, received \S+; at \[/,
  },
  {
    fault: 'statistics that go stale',
    suite: () =>
      rewrite((graph) => ({
        ...graph,
        updates: { ...graph.updates, 'bn.running_mean': graph.states['bn.running_mean'].value },
      })),
    fails: [RESULTS],
    says: /\(store after two runs, output bn\.running_mean\)/,
  },
  {
    fault: 'an update that is lost',
    suite: () => rewrite(({ updates: { 'bn.running_var': _, ...updates }, ...graph }) => ({ ...graph, updates })),
    fails: [INTERFACE, RESULTS],
    says: /\(updates\): expected \[.*\], received \["bn.running_mean"\]/,
  },
  {
    fault: 'an output that is lost',
    suite: () => rewrite(({ outputs: { aux: _, ...outputs }, ...graph }) => ({ ...graph, outputs })),
    fails: [INTERFACE, RESULTS, GRADIENTS],
    says: /\(outputs, at length\): expected 2, received 1/,
  },
  {
    fault: 'an output of another role',
    suite: () =>
      rewrite((graph) => ({
        ...graph,
        outputs: { ...graph.outputs, aux: { ...graph.outputs.aux, role: 'prediction' } },
      })),
    fails: [INTERFACE],
    says: /\(outputs, at \[1\]\[1\]\.role\): expected "trainingOnly", received "prediction"/,
  },
  {
    fault: 'a gradient that is cut',
    suite: () =>
      rewrite((graph) =>
        rebuilt(graph, (builder) => {
          const outputs = Object.entries(builder.outputs);
          for (const [name] of outputs) builder.removeOutput(name);
          for (const [name, { value, ...options }] of outputs) {
            const tensor = builder.tensor(value);
            builder.output(name, name === 'y' ? stopGradient(tensor) : tensor, options);
          }
        }),
      ),
    fails: [GRADIENTS],
    says: /\(gradients, output d\/\S+.*\): expected \S+ within \S+, received/,
  },
  {
    fault: 'padding on the wrong side',
    suite: () =>
      rewrite((graph) =>
        editNode(graph, 'conv2d', (node) => ({ ...node, attrs: { ...node.attrs, padding: [2, 1, 0, 1] } }) as Node),
      ),
    fails: [RESULTS, GRADIENTS],
    says: /\(run 1, output (y|aux)/,
  },
  {
    fault: 'an off-by-one in pooling',
    suite: () =>
      rewrite((graph) =>
        editNode(graph, 'avgPool2d', (node) => ({ ...node, attrs: { ...node.attrs, kernel: [1, 1] } }) as Node),
      ),
    fails: [RESULTS, GRADIENTS],
    says: /\(run 1, output y\)/,
  },
  {
    fault: 'a type that is not what the operation gives',
    suite: () =>
      rewrite((graph) => editNode(graph, 'conv2d', (node) => ({ ...node, type: tensorType('f32', ['N', 3, 3, 3]) }))),
    fails: /^a small network > /,
    says: /verifyGraph: .*conv2d \(conv\)/,
  },
  {
    fault: 'a parameter that was not there',
    suite: () => rewrite((graph) => rebuilt(graph, (builder) => builder.parameter('scale', [3]))),
    fails: [INTERFACE, RESULTS],
    says: /\(parameters that were not there\): expected \[\], received \["scale"\]/,
  },
  {
    fault: 'another random stream',
    suite: () => rewrite((graph) => ({ ...graph, functions: otherStreams(graph) })),
    fails: [RESULTS, GRADIENTS],
    says: /\(run 1, output y\)/,
  },
  {
    fault: 'another graph every time',
    suite: () =>
      rewrite((graph) => ({
        ...graph,
        outputs: { ...graph.outputs, aux: { ...graph.outputs.aux, lossWeight: 0.3 + ++runs / 1e3 } },
      })),
    fails: [INTERFACE, ALONE],
    says: /\(outputs, at \[1\]\[1\]\.lossWeight\)/,
  },
  {
    fault: 'an operand that is changed',
    suite: () =>
      rewriteSuite({ ...foldConstants, name: 'fold', run: (graph) => foldConstants.run(spoil(graph)) }, CASES),
    fails: /leaves its operand alone/,
    says: /\(the operand\): expected as it was, received a changed graph/,
  },
  {
    fault: 'nothing done',
    suite: () => rewriteSuite({ ...foldConstants, name: 'fold', run: (graph) => graph }, CASES),
    fails: ['a small network > rewrites something'],
    says: /\(the result\): expected another graph, received the same graph/,
  },
  {
    fault: 'something done where there is nothing to do',
    suite: () =>
      rewriteSuite(
        {
          ...foldConstants,
          name: 'fold',
          run: <I extends string, O extends string>(graph: Graph<I, O>): Graph<I, O> => {
            const { name, type } = { name: 'extra', type: tensorType('f32', []) };
            return rebuilt(foldConstants.run(graph), (builder) => {
              if (!Object.hasOwn(builder.inputs, name)) builder.input(name, type);
            });
          },
        },
        CASES,
      ),
    fails: /interface|leaves the graph as it is/,
    says: /\(inputs that were not there\): expected \[\], received \["extra"\]/,
  },
];

function otherStreams({ functions }: Graph): Graph['functions'] {
  const entries = Object.entries(functions).map(([key, def]): [string, FunctionDef] => {
    const body = editNode(def.body, 'random', (node) => ({ ...node, attrs: { ...node.attrs, stream: 1 } }) as Node);
    return [key, { ...def, body: { ...body, functions: otherStreams(body) } }];
  });
  return Object.fromEntries(entries);
}

function spoil<I extends string, O extends string>(graph: Graph<I, O>): Graph<I, O> {
  const [node] = graph.nodes as Node[];
  Object.assign(node, { scope: `${node.scope}x` });
  return graph;
}

export const rewrites: MutatedKind = { kind: 'rewrite', right: () => rewrite((graph) => graph), mutants };
