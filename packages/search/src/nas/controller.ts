// A recurrent controller trained by REINFORCE. arXiv:1611.01578

import { initialize } from '@netwright/arch';
import { compile, type Backend, type Executable, type TensorData } from '@netwright/compiler';
import type { Optimizer } from '@netwright/optim';
import { streamOf, uniforms } from '../random.ts';
import type { Configuration, Space } from '../spaces/space.ts';
import { policyGraph, samplingGraph, type ControllerShape } from './controller-graph.ts';
import { requireChoices, type Searcher } from './searcher.ts';

/** The space, what trains the controller, and the constants of REINFORCE. */
export interface ControllerOptions {
  readonly space: Space;
  readonly backend: Backend;
  /** Of the controller's weights, e.g. Adam at 0.005. */
  readonly optimizer: Optimizer;
  /** Points of each proposal, and of each update. Default 8. */
  readonly batch?: number;
  /** Default 0. */
  readonly seed?: number;
  /** Width of the LSTM. Default 32. */
  readonly hidden?: number;
  /** Share of the old baseline in the new one, a moving mean of rewards. Default 0.9. */
  readonly baselineDecay?: number;
  /** Weight of the entropy of all decisions together. Default 0.01. */
  readonly entropyWeight?: number;
  /** Largest norm of the gradient. Default 5. */
  readonly clipNorm?: number;
}

/** What one update was computed from. */
export interface ControllerStep {
  /** Mean reward of the batch. */
  readonly reward: number;
  readonly baseline: number;
  /** Of all decisions together, in nats; the mean over the batch. */
  readonly entropy: number;
  readonly loss: number;
}

/** A {@link Searcher} that learns what to propose. */
export interface Controller extends Searcher {
  /** One for each update so far. */
  readonly steps: readonly ControllerStep[];
}

/** Decisions follow the order of the space's dimensions. Proposals that break a constraint are drawn anew. Errors: `nas.space`. */
export async function controller(options: ControllerOptions): Promise<Controller> {
  const { space, backend, optimizer, batch = 8, seed = 0, hidden = 32 } = options;
  const { baselineDecay = 0.9, entropyWeight = 0.01, clipNorm = 5 } = options;
  const dimensions = requireChoices(space);
  const shape: ControllerShape = { choices: dimensions.map(([, values]) => values.length), hidden };
  const policy = policyGraph(shape, batch, optimizer, clipNorm);
  const store = await backend.createStore();
  const stored = [...Object.entries(policy.parameters), ...Object.entries(policy.states)];
  await store.declare(stored.map(([name, { type }]) => ({ name, type })));
  for (const [name, value] of initialize(policy, seed)) await store.write(name, value);
  const sampler = await compile(samplingGraph(shape, batch), backend, { store });
  const updater = await compile(policy, backend, { store });
  const floats = (values: readonly number[], dims: readonly number[]): TensorData => ({
    dtype: 'f32',
    shape: [...dims],
    data: backend.capabilities.precision === 'f64' ? Float64Array.from(values) : Float32Array.from(values),
  });
  const hyper = Object.fromEntries(
    Object.entries(optimizer.hyper).map(([name, value]) => [`$hyper.${name}`, floats([value], [])]),
  );
  const steps: ControllerStep[] = [];
  let draws = 0;
  let baseline: number | undefined;
  const drawBatch = async (): Promise<readonly Configuration[]> => {
    const share = uniforms(seed, draws++, streamOf('controller'));
    let counter = 0;
    const inputs = shape.choices.map((count, step) => {
      const noise = Array.from(
        { length: batch * count },
        () => -Math.log(-Math.log(Math.max(share(counter++), 1e-12))),
      );
      return [`noise.${String(step)}`, floats(noise, [batch, count])] as const;
    });
    const { actions } = await run(sampler, Object.fromEntries(inputs));
    return Array.from({ length: batch }, (_, row) =>
      Object.fromEntries(
        dimensions.map(([name, values], step) => [name, values[actions.data[row * dimensions.length + step]]]),
      ),
    );
  };
  return {
    name: 'controller',
    steps,
    async ask() {
      const asked: Configuration[] = [];
      while (asked.length < batch) {
        const drawn = await drawBatch();
        asked.push(...drawn.filter((one) => space.constraints.every(({ holds }) => holds(one))));
      }
      return asked.slice(0, batch);
    },
    async tell(rewarded) {
      // The last proposal of a budget may be cut short; there is nothing left to learn for.
      if (rewarded.length !== batch) return;
      const reward = rewarded.reduce((sum, one) => sum + one.reward, 0) / batch;
      const before = baseline ?? reward;
      const actions = rewarded.flatMap(({ configuration }) =>
        dimensions.map(([name, values]) => values.indexOf(configuration[name])),
      );
      const { loss, entropy } = await run(updater, {
        ...hyper,
        actions: { dtype: 'i32', shape: [batch, dimensions.length], data: Int32Array.from(actions) },
        advantage: floats(
          rewarded.map((one) => one.reward - before),
          [batch],
        ),
        entropyWeight: floats([entropyWeight], []),
      });
      baseline = baselineDecay * before + (1 - baselineDecay) * reward;
      const meanEntropy = Array.from(entropy.data).reduce((sum, value) => sum + value, 0) / batch;
      steps.push({ reward, baseline, entropy: meanEntropy, loss: loss.data[0] });
    },
    async dispose() {
      await sampler.dispose();
      await updater.dispose();
      await store.dispose();
    },
  };
}

async function run(
  executable: Executable,
  inputs: Readonly<Record<string, TensorData>>,
): Promise<Readonly<Record<string, TensorData>>> {
  return executable.run(inputs);
}
