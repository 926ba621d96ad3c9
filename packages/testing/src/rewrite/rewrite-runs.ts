// Data for a graph that is given, its runs, and the graph of its gradients.

import { reference } from '@netwright/backend-reference';
import type { TensorData } from '@netwright/compiler';
import {
  add,
  bindShape,
  constant,
  gradients,
  GraphBuilder,
  mul,
  RANDOM_INPUTS,
  sum,
  tensorType,
  type Graph,
  type PrimitiveSample,
  type TensorType,
} from '@netwright/ir';
import { drawInput, drawNormal, sizeOf, uniformSource } from '../run/draw.ts';
import { loadReference, writeEntries, type Program, type Results } from '../run/run-program.ts';
import { inputsOf, type Dims, type Numbers } from '../run/tensors.ts';

type Fill = PrimitiveSample['inputs'][number]['fill'];
export type Fills = Readonly<Record<string, Fill>>;

/** Values of inputs, and of parameters and states. */
export interface CaseData {
  readonly inputs: Numbers;
  readonly entries: Numbers;
}

/** Values drawn by name, so that graphs with the same names get the same ones. */
export function drawCase(
  seed: string,
  { name: title, dims = {}, fills = {} }: { readonly name: string; readonly dims?: Dims; readonly fills?: Fills },
  graph: Graph,
): CaseData {
  const draw = (name: string, type: TensorType, usual: Fill): Float64Array => {
    const fill = fills[name] ?? (type.dtype === 'f32' ? usual : { kind: 'integers', low: 0, high: 2 });
    return drawInput({ type, fill }, uniformSource(`${seed} ${title} ${name}`), dims);
  };
  const table = (
    defs: Readonly<Record<string, { readonly type: TensorType }>>,
    usual: Fill,
  ): Record<string, Float64Array> =>
    Object.fromEntries(Object.entries(defs).map(([name, { type }]) => [name, draw(name, type, usual)]));
  const normal: Fill = { kind: 'normal' };
  return {
    inputs: table(graph.inputs, normal),
    entries: { ...table(graph.parameters, normal), ...table(graph.states, { kind: 'uniform', low: 0.5, high: 1.5 }) },
  };
}

export interface TwoRuns {
  readonly runs: readonly Results[];
  /** Parameters and states afterwards. */
  readonly entries: Results;
}

/** Two runs on the reference from the given entries. */
export async function runTwice(graph: Graph, data: CaseData, dims: Dims): Promise<TwoRuns> {
  const backend = reference();
  const store = await backend.createStore();
  const executable = await loadReference(graph, backend, store, dims);
  const names = [...Object.keys(graph.parameters), ...Object.keys(graph.states)];
  await writeEntries(store, graph, pick(data.entries, names), 'f64');
  const inputs = inputsOf(graph, pick(data.inputs, Object.keys(graph.inputs)), 'f64', dims);
  const runs = [await executable.run(inputs), await executable.run(inputs)];
  const entries: Record<string, TensorData> = {};
  for (const name of names) entries[name] = await store.read(name);
  return { runs, entries };
}

/** Outputs `d/<name>`: gradients of the f32 outputs, summed with random weights. */
export function gradientGraph(
  graph: Graph,
  wrt: readonly string[],
  { inputs, entries }: CaseData,
  dims: Dims,
): Program {
  const builder = GraphBuilder.from({ ...graph, outputs: {}, updates: {} });
  const weights: Record<string, Float64Array> = {};
  let value = constant(builder, 0);
  for (const [name, { value: id }] of Object.entries(graph.outputs)) {
    const output = builder.tensor(id);
    if (output.dtype !== 'f32') continue;
    const weight = `weight of ${name}`;
    weights[weight] = drawNormal(sizeOf(bindShape(output.shape, dims)), uniformSource(weight));
    value = add(value, sum(mul(output, builder.input(weight, tensorType('f32', output.shape)))));
  }
  const leaves = wrt.map((name) => builder.tensor((graph.inputs[name] ?? graph.parameters[name]).value));
  gradients(value, leaves).forEach((grad, index) => {
    builder.output(`d/${wrt[index]}`, grad);
  });
  const all = builder.finish();
  const given = pick({ ...inputs, ...weights }, Object.keys(all.inputs));
  const keys = Object.fromEntries(
    RANDOM_INPUTS.flatMap((name) =>
      Object.hasOwn(all.inputs, name) && given[name] === undefined ? [[name, [0]]] : [],
    ),
  ) as Numbers;
  return {
    graph: all,
    inputs: { ...keys, ...given },
    entries: pick(entries, [...Object.keys(all.parameters), ...Object.keys(all.states)]),
  };
}

function pick(numbers: Numbers, names: readonly string[]): Record<string, ArrayLike<number>> {
  return Object.fromEntries(names.flatMap((name) => (Object.hasOwn(numbers, name) ? [[name, numbers[name]]] : [])));
}
