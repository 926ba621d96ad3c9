// From a graph and a backend to an executable.

import {
  BYTES_PER_ELEMENT,
  bindShape,
  eliminateDeadCode,
  inlineFunctions,
  NetwrightError,
  RANDOM_INPUTS,
  verifyGraph,
  type Graph,
} from '@netwright/ir';
import type { Backend, Executable, Store, TensorData } from './backend.ts';
import { memoryError, parseBytes } from './memory-limit.ts';
import { inlineUnlowered } from './lowering/define-lowering.ts';

/** Sizes, store and memory of an executable. */
export interface CompileOptions {
  /** Sizes of the graph's symbolic dimensions, e.g. `{ N: 32 }`. Default none. */
  readonly dims?: Readonly<Record<string, number>>;
  /** Where parameters and state live; executables of one store share them. Default a new one, which the executable then owns. */
  readonly store?: Store;
  /**
   * Most memory of the program, parameters and state included: bytes, or a text such as `512MB`. Values of the forward pass that do not fit are computed again in the
   * backward pass: that takes time and changes no bit of the results. Default no limit.
   */
  readonly maxMemory?: number | string;
}

/**
 * Compiles `graph` for `backend`. Entries that the store does not have are declared and start at zero.
 *
 * @throws NetwrightError `graph.invalid`, `dim.unbound`, `store.type` for an entry of another type, `compile.unsupported` for operations that the backend refuses,
 * `compile.maxMemory` for a limit that is none, `compile.memory` with the least that is possible where the program does not fit.
 */
export async function compile<I extends string, O extends string>(
  graph: Graph<I, O>,
  backend: Backend,
  { dims = {}, store, maxMemory }: CompileOptions = {},
): Promise<Executable<I, O>> {
  const limit = maxMemory === undefined ? undefined : parseBytes(maxMemory);
  verifyGraph(graph);
  const inlining = backend.capabilities.calls === true ? inlineUnlowered : inlineFunctions;
  const flat = eliminateDeadCode.run(inlining.run(graph));
  checkSupport(flat, backend);
  const target = store ?? (await backend.createStore());
  const entries = [...Object.entries(flat.parameters), ...Object.entries(flat.states)];
  await target.declare(entries.map(([name, { type }]) => ({ name, type })));
  const executable = await backend.load(flat, target, { dims, ...(limit === undefined ? {} : { maxMemory: limit }) });
  if (limit !== undefined) await checkMemory(executable, limit);
  const expected = inputTypes(flat, dims);
  const { profile } = executable;
  return {
    // Some backends learn more when the program runs.
    get report() {
      return executable.report;
    },
    run: async (inputs) => executable.run(checkInputs(expected, inputs)),
    ...(profile === undefined ? {} : { profile: async (inputs) => profile(checkInputs(expected, inputs)) }),
    dispose: async () => {
      await executable.dispose();
      if (store === undefined) await target.dispose();
    },
  };
}

/** For backends that plan nothing. */
async function checkMemory(executable: Executable, limit: number): Promise<void> {
  const { persistentBytes, arenaBytes, peakBytes } = executable.report;
  const bytes = persistentBytes + Math.max(arenaBytes, peakBytes);
  if (bytes <= limit) return;
  await executable.dispose();
  throw memoryError(limit, bytes, persistentBytes);
}

interface ExpectedInput {
  readonly dtype: TensorData['dtype'];
  readonly shape: readonly number[];
}

function inputTypes(graph: Graph, dims: Readonly<Record<string, number>>): ReadonlyMap<string, ExpectedInput> {
  return new Map(
    Object.entries(graph.inputs).map(([name, { type }]) => [
      name,
      { dtype: type.dtype, shape: bindShape(type.shape, dims) },
    ]),
  );
}

/** The inputs with zeros for random inputs that are not given; everything wrong is reported at once. */
function checkInputs(
  expected: ReadonlyMap<string, ExpectedInput>,
  inputs: Readonly<Record<string, TensorData>>,
): Record<string, TensorData> {
  const reasons: string[] = [];
  const checked: Record<string, TensorData> = {};
  for (const [name, { dtype, shape }] of expected) {
    const given = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
    if (given === undefined) {
      if (RANDOM_INPUTS.some((random) => random === name)) checked[name] = { dtype, shape, data: new Int32Array(1) };
      else reasons.push(`${name} is missing`);
      continue;
    }
    const size = shape.reduce((product, dim) => product * dim, 1);
    if (given.dtype !== dtype || given.shape.join() !== shape.join() || given.data.length !== size) {
      reasons.push(
        `${name} is ${given.dtype}[${given.shape.join(', ')}] with ${String(given.data.length)} elements, not ${dtype}[${shape.join(', ')}]`,
      );
    } else if (!fitsDtype(given))
      reasons.push(`${name} holds its ${dtype} elements in a ${given.data.constructor.name}`);
    checked[name] = given;
  }
  for (const name of Object.keys(inputs)) if (!expected.has(name)) reasons.push(`there is no input ${name}`);
  if (reasons.length === 0) return checked;
  throw new NetwrightError({
    code: 'run.inputs',
    operation: 'run',
    expected: `inputs ${[...expected].map(([name, { dtype, shape }]) => `${name}: ${dtype}[${shape.join(', ')}]`).join(', ')}`,
    received: Object.keys(inputs).join(', '),
    reasons,
    hint: 'a program is compiled for one batch size; compile another one for another size',
  });
}

function fitsDtype({ dtype, data }: TensorData): boolean {
  if (dtype === 'f32') return data instanceof Float32Array || data instanceof Float64Array;
  return data.BYTES_PER_ELEMENT === BYTES_PER_ELEMENT[dtype] && !(data instanceof Float32Array);
}

function checkSupport(graph: Graph, { name, capabilities }: Backend): void {
  const refused = graph.nodes.filter(({ op }) => capabilities.unsupported.includes(op));
  if (refused.length === 0) return;
  throw new NetwrightError({
    code: 'compile.unsupported',
    operation: 'compile',
    scope: refused[0].scope,
    expected: `operations that ${name} supports`,
    received: [...new Set(refused.map(({ op }) => op))].join(', '),
    hint: 'use another backend for this graph',
  });
}
