// Single operations, forward and backward.

import { compile, type TensorData } from '@netwright/compiler';
import { gradients, GraphBuilder, type Tensor } from '@netwright/ir';
import path from 'node:path';
import { outcomeOf, type OracleCase, type Suite } from '../case.ts';
import { compare, found } from '../compare.ts';
import { readJson, readTensors } from '../files.ts';
import { dataOf, typeOf } from '../tensors.ts';
import type { Attributes } from '../vocabulary/operation.ts';
import { findOperation } from '../vocabulary/operations.ts';

interface NumericsCase {
  readonly id: string;
  readonly op: string;
  readonly attrs: Attributes;
  readonly file: string;
  readonly inputs: readonly string[];
  readonly params: readonly string[];
  readonly outputs: readonly string[];
  /** Tensor -> name of its gradient. */
  readonly grads: Readonly<Record<string, string>>;
  readonly atol: Readonly<Record<string, number>>;
}

export const numerics: Suite = async (directory) => {
  const folder = path.join(directory, 'numerics');
  const { cases } = await readJson<{ readonly cases: readonly NumericsCase[] }>(folder, 'index.json');
  return cases.map((recorded) => caseOf(folder, recorded));
};

function caseOf(folder: string, recorded: NumericsCase): OracleCase {
  return {
    name: `numerics/${recorded.id}`,
    async run(backend) {
      const operation = findOperation(recorded.op);
      if (operation === undefined) return { status: 'notBuilt', subject: recorded.op };
      const tensors = await readTensors(folder, recorded.file);
      const builder = new GraphBuilder();
      const feeds: Record<string, TensorData> = {};
      const operand = (name: string): Tensor => {
        const tensor = tensors.get(name);
        if (tensor === undefined) throw new RangeError(`${recorded.file} has no tensor ${name}`);
        feeds[name] = dataOf(tensor);
        return builder.input(name, typeOf(tensor));
      };
      const inputs = recorded.inputs.map(operand);
      const params = Object.fromEntries(recorded.params.map((name) => [name, operand(name)]));
      const results = operation({ inputs, params, attrs: recorded.attrs });
      recorded.outputs.forEach((name, index) => builder.output(name, results[index]));
      const named: Readonly<Record<string, Tensor>> = {
        ...Object.fromEntries(recorded.inputs.map((name, index) => [name, inputs[index]])),
        ...params,
      };
      const seed = tensors.has('grad_output') ? operand('grad_output') : undefined;
      const wanted = Object.entries(recorded.grads);
      const grads = gradients(
        results[0],
        wanted.map(([name]) => named[name]),
        seed,
      );
      wanted.forEach(([, name], index) => builder.output(name, grads[index]));
      const store = await backend.createStore();
      const executable = await compile(builder.finish(), backend, { dims: {}, store });
      const outputs = await executable.run(feeds);
      await executable.dispose();
      await store.dispose();
      const names = [...recorded.outputs, ...Object.values(recorded.grads)];
      return outcomeOf(
        names.flatMap((name) => {
          const reference = tensors.get(name);
          if (reference === undefined) return [`${recorded.file} has no tensor ${name}`];
          return found(compare(name, outputs[name].data, dataOf(reference).data, recorded.atol[name]));
        }),
      );
    },
  };
}
