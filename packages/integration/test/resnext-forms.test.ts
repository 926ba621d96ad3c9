// One ResNeXt block in three forms, with the weights of one converted for the others, on backends.

import { initialize, resnextBlock, type ResNeXtForm } from '@netwright/arch';
import { cpu } from '@netwright/backend-cpu';
import { reference } from '@netwright/backend-reference';
import { compile, type Backend, type TensorData } from '@netwright/compiler';
import {
  buildGraph,
  differentiate,
  groupParallelConvolutions,
  materializeParameters,
  mergeParallelConvolutions,
  mergeSummedConvolutions,
  mul,
  pipeline,
  sum,
  tensorType,
  type Graph,
  type GraphPass,
} from '@netwright/ir';
import { describe, expect, it } from 'vitest';

const SHAPE = [3, 8, 6, 6] as const;
const dims = { N: SHAPE[0] };

/** The block, a scalar of its result, and the gradients of that for the input and every parameter. */
function trainingGraph(form: ResNeXtForm): Graph {
  const graph = buildGraph({ x: tensorType('f32', ['N', ...SHAPE.slice(1)]) }, ({ x }) => {
    const y = resnextBlock(x, { form, groups: 4, width: 3, out: 12, stride: 2 });
    return { y, loss: sum(mul(y, y)) };
  });
  return differentiate(graph, 'loss', ['x', ...Object.keys(graph.parameters)]);
}

function blockGraph(form: ResNeXtForm): Graph {
  return buildGraph({ x: tensorType('f32', ['N', ...SHAPE.slice(1)]) }, ({ x }) => ({
    y: resnextBlock(x, { form, groups: 4, width: 3, out: 12, stride: 2 }),
  }));
}

type Entries = ReadonlyMap<string, TensorData>;

interface Outcome {
  readonly outputs: Readonly<Record<string, TensorData>>;
  /** Parameters and states after the run. */
  readonly entries: Entries;
}

async function runOn(
  backend: Backend,
  graph: Graph,
  entries: Entries,
  inputs: Record<string, TensorData>,
): Promise<Outcome> {
  const store = await backend.createStore();
  const executable = await compile(graph, backend, { dims: Object.keys(inputs).length === 0 ? {} : dims, store });
  const names = [...Object.keys(graph.parameters), ...Object.keys(graph.states)];
  for (const name of names) {
    const entry = entries.get(name);
    if (entry !== undefined) await store.write(name, entry);
  }
  const outputs = await executable.run(inputs);
  const after = new Map<string, TensorData>();
  for (const name of names) after.set(name, await store.read(name));
  await executable.dispose();
  await store.dispose();
  return { outputs, entries: after };
}

const passes: Readonly<Record<'concatenated' | 'grouped', GraphPass>> = {
  concatenated: mergeSummedConvolutions,
  grouped: pipeline([mergeSummedConvolutions, mergeParallelConvolutions, groupParallelConvolutions]),
};

/** The name that the other form's builder gives. */
const renamed: Readonly<Record<'concatenated' | 'grouped', (name: string) => string>> = {
  concatenated: (name) => name.replace('branches.conv3', 'conv3'),
  grouped: (name) => name.replace('branches.', ''),
};

function image(): TensorData {
  const size = SHAPE.reduce((product, dim) => product * dim, 1);
  return { dtype: 'f32', shape: SHAPE, data: Float32Array.from({ length: size }, (_, i) => Math.sin(i * 0.7) + 0.2) };
}

/** Largest difference relative to the largest element. */
function difference(a: TensorData, b: TensorData): number {
  expect(a.shape).toEqual(b.shape);
  const scale = Math.max(...Array.from(b.data, Math.abs), Number.MIN_VALUE);
  return Math.max(...Array.from(a.data, (value, i) => Math.abs(value - b.data[i]) / scale));
}

const backends = { reference: () => reference({ precision: 'f64' }), cpu: () => cpu({ threads: 1 }) };

describe.each<['reference' | 'cpu', 'concatenated' | 'grouped', number]>([
  ['reference', 'concatenated', 1e-12],
  ['reference', 'grouped', 1e-12],
  ['cpu', 'concatenated', 1e-5],
  ['cpu', 'grouped', 1e-5],
])('on %s, from branches to the %s form', (name, form, tolerance) => {
  it('computes the same values, gradients and statistics with converted weights', async () => {
    const backend = backends[name]();
    const before = trainingGraph('branches');
    const initial: Entries = initialize(before, 5);
    const { conversion } = materializeParameters(passes[form].run(blockGraph('branches')));
    const convert = async (entries: Entries): Promise<Entries> => {
      const { outputs } = await runOn(backend, conversion, entries, {});
      return new Map(Object.entries(outputs).map(([key, tensor]) => [renamed[form](key), tensor]));
    };
    const old = await runOn(backend, before, initial, { x: image() });
    const weights = await convert(initial);
    const converted = await runOn(backend, trainingGraph(form), weights, { x: image() });
    for (const key of ['y', 'loss', 'dloss/dx']) {
      expect(difference(converted.outputs[key], old.outputs[key]), key).toBeLessThanOrEqual(tolerance);
    }
    const gradients = await convert(
      new Map([...initial].map(([key, tensor]) => [key, old.outputs[`dloss/d${key}`] ?? tensor])),
    );
    const statistics = await convert(old.entries);
    const target = blockGraph(form);
    expect([...weights.keys()].sort()).toEqual(
      [...Object.keys(target.parameters), ...Object.keys(target.states)].sort(),
    );
    for (const key of Object.keys(target.parameters)) {
      const [received, expected] = [converted.outputs[`dloss/d${key}`], gradients.get(key)];
      expect(expected === undefined ? Infinity : difference(received, expected), key).toBeLessThanOrEqual(tolerance);
    }
    for (const key of Object.keys(target.states)) {
      const [received, expected] = [converted.entries.get(key), statistics.get(key)];
      const both = received !== undefined && expected !== undefined;
      expect(both ? difference(received, expected) : Infinity, key).toBeLessThanOrEqual(tolerance);
    }
    await backend.dispose();
  });
});
