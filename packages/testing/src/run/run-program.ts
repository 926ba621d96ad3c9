// Runs one graph once: on the backend under test through `compile`, or on the reference without it.

import { reference } from '@netwright/backend-reference';
import { compile, type Backend, type Executable, type Store, type TensorData } from '@netwright/compiler';
import { bindShape, inlineFunctions, type Graph } from '@netwright/ir';
import { inputsOf, tensorOf, type Dims, type Numbers, type Precision } from './tensors.ts';

/** A graph with everything it needs to run. */
export interface Program {
  readonly graph: Graph;
  readonly inputs: Numbers;
  /** Values of parameters and state entries. Default none. */
  readonly entries?: Numbers;
  /** Default none. */
  readonly dims?: Dims;
}

export type Results = Readonly<Record<string, TensorData>>;

/** Outputs by name, from `backend`. */
export async function runProgram(
  backend: Backend,
  { graph, inputs, entries = {}, dims = {} }: Program,
): Promise<Results> {
  const { precision } = backend.capabilities;
  const store = await backend.createStore();
  const executable = await compile(graph, backend, { dims, store });
  await writeEntries(store, graph, entries, precision);
  const results = await executable.run(inputsOf(graph, inputs, precision, dims));
  await executable.dispose();
  await store.dispose();
  return results;
}

/** Outputs by name in double precision, without the compiler, so that it is judged too. */
export async function runReference({ graph, inputs, entries = {}, dims = {} }: Program): Promise<Results> {
  const backend = reference();
  const store = await backend.createStore();
  const executable = await loadReference(graph, backend, store, dims);
  await writeEntries(store, graph, entries, 'f64');
  return executable.run(inputsOf(graph, inputs, 'f64', dims));
}

/** The graph on the reference, with functions inlined and nothing else done to it. */
export async function loadReference(graph: Graph, backend: Backend, store: Store, dims: Dims): Promise<Executable> {
  const declared = [...Object.entries(graph.parameters), ...Object.entries(graph.states)];
  await store.declare(declared.map(([name, { type }]) => ({ name, type })));
  return backend.load(inlineFunctions.run(graph), store, { dims });
}

/** Writes the constants that state entries start from. */
export async function writeConstants(store: Store, { states }: Graph, precision: Precision): Promise<void> {
  for (const [name, { type, init }] of Object.entries(states)) {
    if (init.kind !== 'constant' || init.value === 0) continue;
    const size = bindShape(type.shape, {}).reduce((product, dim) => product * dim, 1);
    await store.write(
      name,
      tensorOf(
        type,
        Array.from({ length: size }, () => init.value),
        precision,
      ),
    );
  }
}

/** Writes values of parameters and state entries. */
export async function writeEntries(store: Store, graph: Graph, entries: Numbers, precision: Precision): Promise<void> {
  for (const [name, data] of Object.entries(entries)) {
    const { type } = graph.parameters[name] ?? graph.states[name];
    await store.write(name, tensorOf(type, data, precision));
  }
}
