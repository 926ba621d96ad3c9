// Whole programs: a small network trained on one store by programs of several batch sizes.

import { initialize } from '@netwright/arch';
import { reference } from '@netwright/backend-reference';
import { compile, type Backend, type Executable, type Store, type TensorData } from '@netwright/compiler';
import { crossEntropy, inferenceMode, type Graph } from '@netwright/ir';
import { buildTrainingStep } from '@netwright/train';
import { kitMomentum } from '../optimizer/kit-momentum.ts';
import { drawNormal, uniformSource } from '../run/draw.ts';
import { expectSameBits, expectTensor, type Comparison } from '../run/expect-close.ts';
import { loadReference } from '../run/run-program.ts';
import { tensorOf, type Precision } from '../run/tensors.ts';
import { largest } from '../run/tolerance.ts';
import { checkEqual } from '../suite/checks.ts';
import type { BehaviourCase } from './behaviour-case.ts';
import { unsupportedIn } from './check-case.ts';
import { SMALL_MODEL, smallModel } from './small-model.ts';

/** Share of the largest value that one training step may cost; the steps' add up. */
const PER_STEP: Readonly<Record<Precision, number>> = { f32: 1e-5, f64: 1e-11 };
const BATCH = 4;
/** One and a half batches, twice. */
const EPOCHS = 2;
const SAMPLES = 6;
const EVALUATED = 3;

const optimizer = kitMomentum();

export const trainingCases: readonly BehaviourCase[] = [
  {
    name: 'follows the reference over two epochs of one and a half batches, with evaluation between them',
    check: (backend) => whereSupported(backend, trainingFollows),
  },
  ...(['NaN', 'Infinity'] as const).map((bad) => ({
    name: `leaves everything as it was in a step whose loss is not finite (${bad} in an image)`,
    check: (backend: Backend) => whereSupported(backend, (one) => gateHolds(one, Number(bad))),
  })),
];

/** A backend that refuses one of the programs' primitives cannot train; its refusals are tested elsewhere. */
async function whereSupported(backend: Backend, check: (backend: Backend) => Promise<void>): Promise<void> {
  if (unsupportedIn(graphs().step, backend).length === 0) await check(backend);
}

interface Graphs {
  readonly step: Graph;
  readonly predict: Graph;
}

function graphs(): Graphs {
  const model = smallModel();
  const step = buildTrainingStep({
    model,
    loss: crossEntropy(),
    optimizer,
    groups: { noDecay: { weightDecay: 0 } },
    clipNorm: 2,
  });
  return { step, predict: inferenceMode.run(model) };
}

/** Programs on one store, one for each graph and batch size. */
class Session {
  readonly precision: Precision;
  readonly store: Store;
  private readonly load: (graph: Graph, batch: number) => Promise<Executable>;
  private readonly graphs: Graphs;
  private readonly executables = new Map<string, Promise<Executable>>();

  private constructor(
    precision: Precision,
    store: Store,
    all: Graphs,
    load: (graph: Graph, batch: number) => Promise<Executable>,
  ) {
    this.precision = precision;
    this.store = store;
    this.graphs = all;
    this.load = load;
  }

  static async open(backend: Backend, all: Graphs, compiled: boolean): Promise<Session> {
    const store = await backend.createStore();
    const session = new Session(backend.capabilities.precision, store, all, (graph, N) =>
      compiled ? compile(graph, backend, { dims: { N }, store }) : loadReference(graph, backend, store, { N }),
    );
    await session.executable('step', BATCH);
    for (const [name, value] of initialize(all.step, 7))
      await store.write(name, tensorOf(value, value.data, session.precision));
    return session;
  }

  async step(first: number, count: number, lr: number, spoil?: number): Promise<Record<string, TensorData>> {
    const executable = await this.executable('step', count);
    const image = this.images(first, count);
    if (spoil !== undefined) image.data[17] = spoil;
    const target: TensorData = {
      dtype: 'i32',
      shape: [count],
      data: Int32Array.from({ length: count }, (_, i) => (first + i) % SMALL_MODEL.classes),
    };
    const hyper = Object.entries({ ...optimizer.hyper, lr }).map(
      ([name, value]) => [`$hyper.${name}`, this.scalar(value)] as const,
    );
    return executable.run({ image, target, ...Object.fromEntries(hyper) });
  }

  async predict(): Promise<Record<string, TensorData>> {
    return (await this.executable('predict', EVALUATED)).run({ image: this.images(100, EVALUATED) });
  }

  async snapshot(): Promise<Record<string, TensorData>> {
    const entries: Record<string, TensorData> = {};
    for (const { name } of this.store.entries) entries[name] = await this.store.read(name);
    return entries;
  }

  async close(): Promise<void> {
    for (const executable of this.executables.values()) await (await executable).dispose();
    await this.store.dispose();
  }

  private executable(kind: keyof Graphs, batch: number): Promise<Executable> {
    const key = `${kind} ${batch}`;
    const executable = this.executables.get(key) ?? this.load(this.graphs[kind], batch);
    this.executables.set(key, executable);
    return executable;
  }

  private images(first: number, count: number): TensorData {
    const { channels, size } = SMALL_MODEL;
    const pixels = channels * size * size;
    const data = Float64Array.from({ length: count }, (_, i) => i).reduce(
      (all, i) => {
        all.set(drawNormal(pixels, uniformSource(`image ${first + i}`)), i * pixels);
        return all;
      },
      new Float64Array(count * pixels),
    );
    return tensorOf({ dtype: 'f32', shape: [count, channels, size, size] }, data, this.precision);
  }

  private scalar(value: number): TensorData {
    return tensorOf({ dtype: 'f32', shape: [] }, [Math.fround(value)], this.precision);
  }
}

async function trainingFollows(backend: Backend): Promise<void> {
  const all = graphs();
  const tested = await Session.open(backend, all, true);
  const ideal = await Session.open(reference(), all, false);
  let steps = 0;
  const compare = (
    what: string,
    expected: Readonly<Record<string, TensorData>>,
    received: Readonly<Record<string, TensorData>>,
  ): void => {
    const comparison: Comparison = { name: what, precision: tested.precision };
    checkEqual(what, Object.keys(received).sort(), Object.keys(expected).sort());
    for (const [name, tensor] of Object.entries(expected)) {
      const bound =
        tensor.dtype === 'f32' ? PER_STEP[tested.precision] * (steps + 1) * Math.max(largest(tensor.data), 1e-3) : 0;
      expectTensor(comparison, name, tensor, received[name], new Float64Array(tensor.data.length).fill(bound));
    }
  };
  const initial = await ideal.snapshot();
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    for (let first = 0; first < SAMPLES; first += BATCH) {
      const count = Math.min(BATCH, SAMPLES - first);
      const lr = 0.05 / (steps + 1);
      compare(
        `training step ${steps + 1}, batch ${count}`,
        await ideal.step(first, count, lr),
        await tested.step(first, count, lr),
      );
      steps++;
      compare(`store after step ${steps}`, await ideal.snapshot(), await tested.snapshot());
    }
    compare(`evaluation after epoch ${epoch + 1}`, await ideal.predict(), await tested.predict());
    compare(`store after evaluation ${epoch + 1}`, await ideal.snapshot(), await tested.snapshot());
  }
  const final = await tested.snapshot();
  const unmoved = Object.keys(initial).filter(
    (name) => Array.from(initial[name].data).join() === Array.from(final[name].data).join(),
  );
  checkEqual('entries that training left alone', unmoved, []);
  await tested.close();
  await ideal.close();
}

async function gateHolds(backend: Backend, bad: number): Promise<void> {
  const session = await Session.open(backend, graphs(), true);
  await session.step(0, BATCH, 0.05);
  const before = await session.snapshot();
  const outputs = await session.step(0, BATCH, 0.05, bad);
  checkEqual('output finite', outputs.finite.data, [0]);
  const after = await session.snapshot();
  for (const [name, tensor] of Object.entries(before)) {
    expectSameBits(
      { name: 'store after a step with a bad image', precision: session.precision },
      name,
      tensor,
      after[name],
    );
  }
  const next = await session.step(0, BATCH, 0.05);
  checkEqual('output finite of the step after', next.finite.data, [1]);
  await session.close();
}
