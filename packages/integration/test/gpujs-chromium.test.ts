// Training and the recorded oracle in headless Chromium; its large networks are in the long tests.

import { compile, type Backend, type TensorData } from '@netwright/compiler';
import {
  add,
  conv2d,
  crossEntropyLoss,
  dropout,
  gradients,
  GraphBuilder,
  linear,
  maxPool2d,
  mul,
  relu,
  reshape,
  sub,
  tensorType,
  type Graph,
} from '@netwright/ir';
import { cpu } from '@netwright/backend-cpu';
import { gpujs } from '@netwright/backend-gpujs';
import { afterAll, expect, it } from 'vitest';
import { describeInChromium, fastestRuns } from './gpujs-chromium/runs.ts';
import { expectAgreement, lossesOnMnist } from './gpujs-mnist.ts';
import { failuresOf, isLarge, oracleCases } from './gpujs-oracle.ts';

const STEPS = 20;
const WEIGHTS = { conv: [4, 1, 3, 3], convBias: [4], head: [5, 36], headBias: [5] } as const;

/** A convolution, a pool, dropout and a head, trained by plain descent. */
function trainingStep(): Graph {
  const builder = new GraphBuilder();
  const x = builder.input('x', tensorType('f32', [8, 1, 6, 6]));
  const target = builder.input('target', tensorType('i32', [8]));
  const [weight, bias, head, headBias] = Object.entries(WEIGHTS).map(([name, shape]) => builder.parameter(name, shape));
  const features = maxPool2d(relu(conv2d(x, weight, { bias, padding: 1 })), { kernel: 2 });
  const dropped = builder.within('dropped', () => dropout(reshape(features, [8, 36]), { p: 0.25 }));
  const loss = crossEntropyLoss(linear(dropped, head, headBias), target);
  const parameters = [weight, bias, head, headBias];
  const grads = gradients(loss, parameters, add(mul(loss, 0), 1));
  Object.keys(WEIGHTS).forEach((name, at) => builder.update(name, sub(parameters[at], mul(grads[at], 0.5))));
  builder.output('loss', loss);
  return builder.finish();
}

function numbers(shape: readonly number[], seed: number): TensorData {
  const size = shape.reduce((product, dim) => product * dim, 1);
  return { dtype: 'f32', shape, data: Float32Array.from({ length: size }, (_, at) => Math.sin(at * 12.9898 + seed)) };
}

async function losses(backend: Backend): Promise<readonly number[]> {
  const store = await backend.createStore();
  const step = await compile(trainingStep(), backend, { store });
  let seed = 1;
  for (const [name, shape] of Object.entries(WEIGHTS)) await store.write(name, numbers(shape, seed++));
  const scalar = (value: number): TensorData => ({ dtype: 'i32', shape: [], data: Int32Array.of(value) });
  const target: TensorData = { dtype: 'i32', shape: [8], data: Int32Array.from({ length: 8 }, (_, at) => at % 5) };
  const found: number[] = [];
  for (let at = 0; at < STEPS; at++) {
    const inputs = { x: numbers([8, 1, 6, 6], 9), target, $seed: scalar(7), $step: scalar(at), $offset: scalar(0) };
    found.push((await step.run(inputs)).loss.data[0]);
  }
  await step.dispose();
  await store.dispose();
  return found;
}

const NUMERICS = await oracleCases('numerics');
const NETWORKS = await oracleCases('models');

const FIRST_STEPS = 6;
const peer = cpu({ threads: 1 });
afterAll(() => peer.dispose());
let expectedOnMnist: Promise<readonly number[]> | undefined;

describeInChromium((open, mode, driver) => {
  const isFastest = fastestRuns.some((run) => run[0] === mode && run[1] === driver);
  const oracle = isFastest
    ? [...NUMERICS, ...NETWORKS.filter((one) => !isLarge(one))]
    : [...NUMERICS.filter((_, at) => at % 3 === 0), ...NETWORKS.filter(({ name }) => /lenet5|basic_block/.test(name))];

  it('is what a browser that has it takes of itself', async () => {
    // SwiftShader brings both.
    expect(await (await open()).automatic()).toBe(driver === 'llvmpipe' ? 'webgl2:auto' : 'webgpu:auto');
  });

  it(`trains ${String(STEPS)} steps with dropout as WebAssembly does, and leaves no handles`, async () => {
    const backend = await open();
    const node = gpujs({ mode: 'webasm' });
    const expected = await losses(node);
    const received = await losses(backend);
    expect(expected[STEPS - 1]).toBeLessThan(expected[0] / 2);
    received.forEach((loss, at) => expect(Math.abs(loss - expected[at])).toBeLessThan(1e-3 * expected[at]));
    expect((await backend.usage()).handles).toBe(0);
    await node.dispose();
  }, 120_000);

  if (isFastest) {
    it('takes the first steps of LeNet-5 on MNIST as backend-cpu does', async () => {
      expectedOnMnist ??= lossesOnMnist(peer, 'lenet5', FIRST_STEPS);
      expectAgreement(await lossesOnMnist(await open(), 'lenet5', FIRST_STEPS), await expectedOnMnist);
    }, 120_000);
  }

  it.each(oracle.map((one) => [one.name, one] as const))(
    'oracle: %s',
    async (_, one) => {
      expect(await failuresOf(one, await open())).toEqual([]);
    },
    120_000,
  );
});

it('counts the cases of the oracle', () => expect([NUMERICS.length, NETWORKS.length]).toEqual([74, 34]));
