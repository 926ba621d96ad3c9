// Parameters, multiply-adds, layers and keys of architectures. Allocates no weights.

import { bindShape, costOf, inferenceMode, summarize, type Graph, type Summary } from '@netwright/ir';
import { stateDictNames } from '@netwright/weights';
import { findModel } from '../architectures.ts';
import { outcomeOf, type OracleCase, type Suite } from '../case.ts';
import { readJson } from '../files.ts';

interface ArchitectureCase {
  /** `torchvision:<function>` or `paper`. */
  readonly source: string;
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

/** Layers and multiply-adds are those of the inference form, parameters and keys those of the training form: they have auxiliary heads. */
function failuresOf(recorded: ArchitectureCase, graph: Graph): readonly string[] {
  const summary = summarize(inferenceMode.run(graph), { N: 1 });
  const { macs } = summary.totals;
  const { parameters } = costOf(graph);
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

type Layer = ArchitectureCase['layers'][number];

/**
 * Layers with parameters: how many elements their parameters have, those of scopes below included, and the shape that their scope gives last. They are found
 * by name; but networks written from papers have names of the record's own, and where ours are others (those of timm), all layers together are compared.
 */
function layerFailures({ source, layers }: ArchitectureCase, graph: Graph, { rows }: Summary): readonly string[] {
  const counts = Object.entries(graph.parameters).map(
    ([name, { type }]) => [name, bindShape(type.shape, {}).reduce((product, dim) => product * dim, 1)] as const,
  );
  const elementsOf = (name: string): number =>
    counts.reduce((total, [key, count]) => (key.startsWith(`${name}.`) ? total + count : total), 0);
  const expected = layers.filter(([, , , parameters]) => parameters > 0);
  if (source === 'paper' && expected.some(([name]) => elementsOf(name) === 0)) {
    const owners = new Set(counts.map(([key]) => key.slice(0, key.lastIndexOf('.'))));
    const received = rows
      .filter(({ scope }) => owners.has(scope))
      .map(({ scope, outputShape }) => `${String(elementsOf(scope))} parameters to ${outputShape.join()}`);
    const wanted = expected.map(([, , shape, parameters]) => `${String(parameters)} parameters to ${shape.join()}`);
    return [
      ...without(wanted, received).map((layer) => `no layer from ${layer}`),
      ...without(received, wanted).map((layer) => `unexpected layer from ${layer}`),
    ];
  }
  return expected.flatMap((layer) => namedLayerFailures(layer, elementsOf(layer[0]), rows));
}

function namedLayerFailures(
  [name, type, shape, parameters]: Layer,
  elements: number,
  rows: Summary['rows'],
): readonly string[] {
  if (elements !== parameters)
    return [`${name} (${type}): ${String(elements)} parameters, expected ${String(parameters)}`];
  const inside = rows.filter(({ scope }) => scope === name || scope.startsWith(`${name}.`));
  const shapes = inside.map(({ outputShape }) => outputShape.join());
  return shapes.some((candidate) => sameElements(candidate, shape))
    ? []
    : [`${name} (${type}): output ${shapes.join(' | ')}, expected ${shape.join()}`];
}

/** `items` less one for each of `others`. */
function without(items: readonly string[], others: readonly string[]): readonly string[] {
  const left = new Map<string, number>();
  for (const other of others) left.set(other, (left.get(other) ?? 0) + 1);
  return items.filter((item) => {
    const count = left.get(item) ?? 0;
    left.set(item, count - 1);
    return count <= 0;
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

/**
 * Listed layers without parameters: our operations of that kind have the same shapes, as often; more often only in torchvision's networks, whose functional
 * calls are not listed.
 */
function operationFailures({ source, layers }: ArchitectureCase, { rows }: Summary): readonly string[] {
  return Object.entries(OPERATIONS).flatMap(([type, operations]) => {
    const expected = layers.filter((layer) => layer[1] === type).map(([, , shape]) => shape.join());
    if (expected.length === 0) return [];
    const received = rows
      .filter(({ operation }) => operations.includes(operation))
      .map(({ outputShape }) => outputShape.join());
    return [
      ...without(expected, received).map((shape) => `${type}: none to ${shape}`),
      ...(source === 'paper' ? without(received, expected).map((shape) => `${type}: one too many to ${shape}`) : []),
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
