// Parameters, multiply-adds, layers and keys of architectures. Allocates no weights.

import { bindShape, summarize, type Graph, type Summary } from '@netwright/ir';
import { stateDictNames } from '@netwright/weights';
import { findModel } from '../architectures.ts';
import { outcomeOf, type OracleCase, type Suite } from '../case.ts';
import { readJson } from '../files.ts';

interface ArchitectureCase {
  readonly input: readonly number[];
  readonly output: readonly number[];
  readonly params: number;
  readonly macs: number;
  /** `[name, type, output shape, parameters]` in order of execution. */
  readonly layers: readonly (readonly [string, string, readonly number[], number])[];
  readonly state_dict?: readonly (readonly [string, readonly number[]])[];
}

/** Layers without parameters that appear in our graphs as an operation of their own. */
const OPERATIONS: Readonly<Record<string, readonly string[]>> = {
  ReLU: ['relu'],
  ReLU6: ['relu6'],
  SiLU: ['silu'],
  GELU: ['gelu'],
  MaxPool2d: ['maxPool2d'],
  LocalResponseNorm: ['localResponseNorm'],
};

export const architectures: Suite = async (directory) => {
  const recorded = await readJson<{ readonly architectures: Readonly<Record<string, ArchitectureCase>> }>(
    directory,
    'architectures.json',
  );
  return Object.entries(recorded.architectures).map(([name, architecture]): OracleCase => ({
    name: `architectures/${name}`,
    run() {
      const model = findModel(name, architecture.input, architecture.output[1]);
      return Promise.resolve(
        model === undefined
          ? { status: 'notBuilt', subject: name }
          : outcomeOf(failuresOf(architecture, model.build())),
      );
    },
  }));
};

function failuresOf(recorded: ArchitectureCase, graph: Graph): readonly string[] {
  const summary = summarize(graph, { N: 1 });
  const { parameters, macs } = summary.totals;
  const [{ value }] = Object.values(graph.outputs);
  const output = bindShape(graph.nodes[value].type.shape, { N: 1 });
  return [
    ...(parameters === recorded.params
      ? []
      : [`parameters ${String(parameters)}, expected ${String(recorded.params)}`]),
    ...(macs === recorded.macs ? [] : [`MACs ${String(macs)}, expected ${String(recorded.macs)}`]),
    ...(output.join() === recorded.output.join()
      ? []
      : [`output [${output.join(', ')}], expected [${recorded.output.join(', ')}]`]),
    ...layerFailures(recorded, graph, summary),
    ...operationFailures(recorded, summary),
    ...keyFailures(recorded, graph),
  ];
}

/** Layers with parameters, by name: the elements of their parameters, those of scopes below included, and the shape that their scope gives last. */
function layerFailures({ layers }: ArchitectureCase, graph: Graph, { rows }: Summary): readonly string[] {
  const counts = Object.entries(graph.parameters).map(
    ([name, { type }]) => [name, bindShape(type.shape, {}).reduce((product, dim) => product * dim, 1)] as const,
  );
  return layers.flatMap(([name, type, shape, parameters]) => {
    if (parameters === 0) return [];
    const elements = counts.reduce((total, [key, count]) => (key.startsWith(`${name}.`) ? total + count : total), 0);
    if (elements !== parameters)
      return [`${name} (${type}): ${String(elements)} parameters, expected ${String(parameters)}`];
    const inside = rows.filter(({ scope }) => scope === name || scope.startsWith(`${name}.`));
    const shapes = inside.map(({ outputShape }) => outputShape.join());
    return shapes.some((candidate) => sameElements(candidate, shape))
      ? []
      : [`${name} (${type}): output ${shapes.join(' | ')}, expected ${shape.join()}`];
  });
}

/** A linear layer over a sequence computes [N * T, D]; the listed shape is [N, T, D]. */
function sameElements(candidate: string, shape: readonly number[]): boolean {
  if (candidate === shape.join()) return true;
  const dims = candidate.split(',').map(Number);
  return (
    dims.length === 2 &&
    dims[1] === shape.at(-1) &&
    dims[0] === shape.slice(0, -1).reduce((product, dim) => product * dim, 1)
  );
}

/** Listed layers without parameters: our operations of that kind have the same shapes, as often. */
function operationFailures({ layers }: ArchitectureCase, { rows }: Summary): readonly string[] {
  return Object.entries(OPERATIONS).flatMap(([type, operations]) => {
    const expected = layers.filter((layer) => layer[1] === type).map(([, , shape]) => shape.join());
    if (expected.length === 0) return [];
    const received = rows
      .filter(({ operation }) => operations.includes(operation))
      .map(({ outputShape }) => outputShape.join());
    const same = [...expected].sort().join(' ') === [...received].sort().join(' ');
    return same
      ? []
      : [
          `${type}: ${String(received.length)} of shapes ${[...new Set(received)].join(' | ')}, expected ${String(expected.length)} of ${[...new Set(expected)].join(' | ')}`,
        ];
  });
}

function keyFailures({ state_dict: expected }: ArchitectureCase, graph: Graph): readonly string[] {
  if (expected === undefined) return [];
  const shapeOf = (name: string): string =>
    bindShape((graph.parameters[name] ?? graph.states[name]).type.shape, {}).join();
  const received = new Map(stateDictNames(graph).map((name) => [name, shapeOf(name)]));
  const wanted = new Map(expected.map(([name, shape]) => [name, shape.join()]));
  return [
    ...[...wanted].flatMap(([name, shape]) =>
      received.get(name) === shape ? [] : [`key ${name}: [${received.get(name) ?? 'missing'}], expected [${shape}]`],
    ),
    ...[...received.keys()].flatMap((name) => (wanted.has(name) ? [] : [`key ${name} is not in the state dict`])),
  ];
}
