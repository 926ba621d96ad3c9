// Logits of full-size networks whose weights are a function of their names.

import { compile, type Backend } from '@netwright/compiler';
import { bindShape, inferenceMode } from '@netwright/ir';
import { outcomeOf, type OracleCase, type Suite } from '../case.ts';
import { compare, found } from '../compare.ts';
import { findModel } from '../architectures.ts';
import { deterministicTensor } from '../deterministic-initializer.ts';
import { readJson } from '../files.ts';

interface FullsizeCase {
  readonly name: string;
  readonly input: readonly [number, number, number, number];
  readonly state_checksum: { readonly sum: number; readonly sum_abs: number };
  readonly logits32: Readonly<Record<string, readonly number[]>>;
  readonly stats: Readonly<Record<string, { readonly sum: number; readonly argmax: number; readonly argmin: number }>>;
  readonly atol: number | Readonly<Record<string, number>>;
}

export const fullsize: Suite = async (directory) => {
  const { models } = await readJson<{ readonly models: readonly FullsizeCase[] }>(directory, 'fullsize.json');
  return models.map((recorded): OracleCase => ({
    name: `fullsize/${recorded.name}`,
    async run(backend) {
      const model = findModel(recorded.name, recorded.input);
      return model === undefined
        ? { status: 'notBuilt', subject: recorded.name }
        : outcomeOf(await failuresOf(recorded, inferenceMode.run(model.build()), backend));
    },
  }));
};

async function failuresOf(
  recorded: FullsizeCase,
  graph: ReturnType<typeof inferenceMode.run>,
  backend: Backend,
): Promise<readonly string[]> {
  const store = await backend.createStore();
  const entries = [...Object.entries(graph.parameters), ...Object.entries(graph.states)];
  await store.declare(entries.map(([name, { type }]) => ({ name, type })));
  let sum = 0;
  let absolute = 0;
  for (const [name, { type }] of entries) {
    const tensor = deterministicTensor(name, bindShape(type.shape, {}));
    for (const value of tensor.data) {
      sum += value;
      absolute += Math.abs(value);
    }
    await store.write(name, tensor);
  }
  const failures = [
    ...found(
      compare('state_checksum.sum', [sum], [recorded.state_checksum.sum], 1e-6 * recorded.state_checksum.sum_abs),
    ),
    ...found(
      compare(
        'state_checksum.sum_abs',
        [absolute],
        [recorded.state_checksum.sum_abs],
        1e-6 * recorded.state_checksum.sum_abs,
      ),
    ),
  ];
  const executable = await compile(graph, backend, { dims: { N: recorded.input[0] }, store });
  for (const [key, reference] of Object.entries(recorded.logits32)) {
    const outputs = await executable.run({ image: deterministicTensor(key, recorded.input) });
    const [{ data }] = Object.values(outputs);
    const tolerance = typeof recorded.atol === 'number' ? recorded.atol : recorded.atol[key];
    const values = Array.from(data);
    const { argmax, argmin } = recorded.stats[key];
    const largest = values.indexOf(Math.max(...values));
    const smallest = values.indexOf(Math.min(...values));
    failures.push(...found(compare(`${key}: logits`, values.slice(0, reference.length), reference, tolerance)));
    failures.push(
      ...found(
        compare(
          `${key}: sum`,
          [values.reduce((total, value) => total + value, 0)],
          [recorded.stats[key].sum],
          tolerance * values.length,
        ),
      ),
    );
    if (largest !== argmax || smallest !== argmin) {
      failures.push(
        `${key}: largest and smallest logits are ${String(largest)} and ${String(smallest)}, expected ${String(argmax)} and ${String(argmin)}`,
      );
    }
  }
  await executable.dispose();
  await store.dispose();
  return failures;
}
