// A tiny model on one small batch: its gradients, and its loss as it learns.

import { initialize, type Model } from '@netwright/arch';
import { reference } from '@netwright/backend-reference';
import { compile, type Backend, type TensorData } from '@netwright/compiler';
import { add, crossEntropy, gradients, GraphBuilder, tensorType, type Graph } from '@netwright/ir';
import { buildTrainingStep } from '@netwright/train';
import { kitMomentum } from '../optimizer/kit-momentum.ts';
import { drawNormal, sizeOf, uniformSource } from '../run/draw.ts';
import { loadReference } from '../run/run-program.ts';
import { tensorOf, type Precision } from '../run/tensors.ts';
import { largest } from '../run/tolerance.ts';

const BATCH = 4;
const SEED = 3;
const STEP = 1e-6;

export interface GradientReport {
  /** The gradient and the central difference along a random direction, by parameter. */
  readonly checked: readonly GradientCheck[];
  /** Parameters whose gradient is zero everywhere. */
  readonly zero: readonly string[];
}

export interface GradientCheck {
  readonly name: string;
  readonly analytic: number;
  readonly numeric: number;
  /** What the difference between them is to be measured by. */
  readonly scale: number;
}

/** Compares the gradient of every parameter with finite differences, in double precision. */
export async function checkGradients(model: Model): Promise<GradientReport> {
  const { graph, names } = lossGraph(model.build());
  const backend = reference();
  const store = await backend.createStore();
  const executable = await loadReference(graph, backend, store, { N: BATCH });
  await start(store.write.bind(store), graph, 'f64');
  const inputs = batchOf(model, graph, 'f64');
  const at = await executable.run(inputs);
  const zero = names.filter((name) => largest(at[`d/${name}`].data) === 0);
  const checked: GradientCheck[] = [];
  for (const name of names) {
    const original = await store.read(name);
    const direction = drawNormal(original.data.length, uniformSource(name));
    const lossAt = async (step: number): Promise<number> => {
      const data = Float64Array.from(original.data, (value, i) => value + step * direction[i]);
      await store.write(name, { ...original, data });
      return (await executable.run(inputs)).loss.data[0];
    };
    const numeric = ((await lossAt(STEP)) - (await lossAt(-STEP))) / (2 * STEP);
    await store.write(name, original);
    const parts = direction.map((value, i) => value * at[`d/${name}`].data[i]);
    const analytic = parts.reduce((total, part) => total + part, 0);
    const scale = Math.abs(numeric) + Math.sqrt(parts.reduce((total, part) => total + part * part, 0)) + 1e-4;
    checked.push({ name, analytic, numeric, scale });
  }
  await executable.dispose();
  return { checked, zero };
}

/** The loss before each of `steps + 1` updates on the same batch. */
export async function lossesOf(
  model: Model,
  backend: Backend,
  { steps, lr }: { readonly steps: number; readonly lr: number },
): Promise<readonly number[]> {
  const optimizer = kitMomentum({ lr, weightDecay: 0 });
  const graph = buildTrainingStep({ model: model.build(), loss: crossEntropy(), optimizer, groups: {} });
  const { precision } = backend.capabilities;
  const store = await backend.createStore();
  const executable = await compile(graph, backend, { dims: { N: BATCH }, store });
  await start(store.write.bind(store), graph, precision);
  const hyper = Object.entries(optimizer.hyper).map(
    ([name, value]) => [`$hyper.${name}`, tensorOf(tensorType('f32', []), [value], precision)] as const,
  );
  const inputs = { ...batchOf(model, graph, precision), ...Object.fromEntries(hyper) };
  const losses: number[] = [];
  for (let step = 0; step <= steps; step++) losses.push((await executable.run(inputs)).loss.data[0]);
  await executable.dispose();
  await store.dispose();
  return losses;
}

/** The model in training form with the loss of all its outputs, and its gradients `d/<parameter>`. */
function lossGraph(model: Graph): { readonly graph: Graph; readonly names: readonly string[] } {
  const builder = GraphBuilder.from({ ...model, outputs: {}, updates: {} });
  const outputs = Object.values(model.outputs);
  const loss = crossEntropy();
  const target = builder.input('target', loss.targetType(builder.tensor(outputs[0].value).type));
  const logits = outputs.map(({ value }) => builder.tensor(value));
  const value = logits.map((one) => loss.build(one, target)).reduce((total, term) => add(total, term));
  const names = Object.keys(builder.parameters).filter((name) => builder.parameters[name].trainable);
  const grads = gradients(
    value,
    names.map((name) => builder.tensor(builder.parameters[name].value)),
  );
  builder.output('loss', value);
  grads.forEach((grad, index) => {
    builder.output(`d/${names[index]}`, grad);
  });
  return { graph: builder.finish(), names };
}

async function start(
  write: (name: string, tensor: TensorData) => Promise<void>,
  graph: Graph,
  precision: Precision,
): Promise<void> {
  for (const [name, value] of initialize(graph, SEED)) await write(name, tensorOf(value, value.data, precision));
}

function batchOf(model: Model, graph: Graph, precision: Precision): Record<string, TensorData> {
  const shape = [BATCH, ...model.inputShape];
  const images = drawNormal(sizeOf(shape), uniformSource('images'));
  const labels = Int32Array.from({ length: BATCH }, (_, i) => i % model.classes);
  const random = Object.keys(graph.inputs).filter((name) => name === '$seed' || name === '$step' || name === '$offset');
  return {
    image: tensorOf(tensorType('f32', shape), images, precision),
    target: { dtype: 'i32', shape: [BATCH], data: labels },
    ...Object.fromEntries(random.map((name) => [name, { dtype: 'i32', shape: [], data: Int32Array.of(0) } as const])),
  };
}
