// Auxiliary heads of the Inception networks: gone from inference, in its graph, in its program and in what it loads.

import { initialize } from '@netwright/arch';
import { BUILT_IN, createModel } from '@netwright/cli';
import { cpu } from '@netwright/backend-cpu';
import { compile, lowerGraph, printProgram, type Backend, type TensorData } from '@netwright/compiler';
import { eliminateDeadCode, inferenceMode, inlineFunctions, removedNames, type Graph } from '@netwright/ir';
import { loadStateDict, saveStateDict, stateDictNames } from '@netwright/weights';
import { describe, expect, it } from 'vitest';

const OPTIONS = { classes: 5, widthMult: 0.125, dropout: 0 } as const;
const CASES = [
  { name: 'googlenet_aux', heads: ['aux1', 'aux2'], options: { ...OPTIONS, stem: 'small', imageSize: 16 } },
  { name: 'googlenet_paper_aux', heads: ['aux1', 'aux2'], options: { ...OPTIONS, stem: 'small', imageSize: 16 } },
  { name: 'inception_v3', heads: ['AuxLogits'], options: { ...OPTIONS, stem: 'small', imageSize: 36 } },
] as const;

const BATCH = 2;

function graphOf(name: string, options: Parameters<typeof createModel>[1]['options']): Graph<'image'> {
  return createModel(BUILT_IN.architectures, { name, options }).build();
}

/** Whether a name is one of the heads, or lies in one. */
function inHead(name: string, heads: readonly string[]): boolean {
  return heads.some((head) => name === head || name.startsWith(`${head}.`));
}

function imageOf(graph: Graph<'image'>): TensorData {
  const shape = graph.inputs.image.type.shape.map((dim) => (typeof dim === 'number' ? dim : BATCH));
  const size = shape.reduce((product, dim) => product * dim, 1);
  return { dtype: 'f32', shape, data: Float32Array.from({ length: size }, (_, i) => Math.sin(i * i)) };
}

async function logitsOf(
  graph: Graph<'image'>,
  entries: ReadonlyMap<string, TensorData>,
  backend: Backend,
): Promise<{ readonly logits: readonly number[]; readonly kernels: number; readonly stored: readonly string[] }> {
  const store = await backend.createStore();
  const executable = await compile(graph, backend, { dims: { N: BATCH }, store });
  for (const [name, tensor] of entries) {
    if (store.entries.some((entry) => entry.name === name)) await store.write(name, tensor);
  }
  const { logits } = await executable.run({ image: imageOf(graph) });
  const result = {
    logits: [...logits.data],
    kernels: executable.report.kernels.length,
    stored: store.entries.map(({ name }) => name),
  };
  await executable.dispose();
  await store.dispose();
  return result;
}

describe.each(CASES)('$name', ({ name, heads, options }) => {
  const training = graphOf(name, options);
  const inference = inferenceMode.run(training);
  const plain = inferenceMode.run(graphOf(name, { ...options, auxHeads: false }));
  const removed = removedNames(training, inference);
  const entries = initialize(training, 7);
  const file = saveStateDict(training, entries);

  it('has heads in training form', () => {
    for (const head of heads) expect(stateDictNames(training).some((key) => inHead(key, [head]))).toBe(true);
  });

  it('compiles to the program of the network without heads', () => {
    const programOf = (graph: Graph): string =>
      printProgram(lowerGraph(eliminateDeadCode.run(inlineFunctions.run(graph)), { N: BATCH }));
    const program = programOf(inference);
    expect(program).toBe(programOf(plain));
    for (const head of heads) expect(program).not.toContain(head);
    expect(programOf(graphOf(name, options))).toContain(heads[0]);
  });

  it('loads a training state strictly, and lists exactly the keys that inference dropped', () => {
    const { entries: loaded, report } = loadStateDict(inference, file, { accept: removed });
    expect(new Set(report.accepted)).toEqual(new Set(removed));
    expect(report).toMatchObject({ missing: [], unexpected: [], mismatched: [] });
    expect([...loaded.keys()]).toEqual(stateDictNames(inference));
    const others = removed.filter((key) => !inHead(key, heads));
    expect(others.every((key) => key.endsWith('.num_batches_tracked'))).toBe(true);
    for (const [key, tensor] of loaded) expect(tensor.data).toEqual(entries.get(key)?.data);
  });

  it('refuses a training state without that list, and any other key with it', () => {
    const load = (tensors: typeof file, accept: readonly string[]) => () =>
      loadStateDict(inference, tensors, { accept });
    expect(load(file, [])).toThrow(expect.objectContaining({ code: 'weights.load' }));
    expect(load(new Map([...file, ['aux3.weight', [...file.values()][0]]]), removed)).toThrow(
      /unexpected: aux3\.weight/,
    );
    const [first] = stateDictNames(inference);
    const short = new Map([...file].filter(([key]) => key !== first));
    expect(load(short, removed)).toThrow(expect.objectContaining({ code: 'weights.load' }));
  });

  it('gives the logits of the network without heads, and stores nothing of them', async () => {
    const backend = cpu({ threads: 1 });
    const { entries: loaded } = loadStateDict(inference, file, { accept: removed });
    const ours = await logitsOf(inference, loaded, backend);
    expect(ours).toEqual(await logitsOf(plain, loaded, backend));
    expect(ours.stored.filter((key) => inHead(key, heads))).toEqual([]);
    expect(new Set(ours.logits).size).toBeGreaterThan(1);
    await backend.dispose();
  });
});
