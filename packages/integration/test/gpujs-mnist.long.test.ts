// Fifty steps on MNIST in every mode, and an epoch in Node.

import { cpu } from '@netwright/backend-cpu';
import { gpujs } from '@netwright/backend-gpujs';
import { reference } from '@netwright/backend-reference';
import type { Backend } from '@netwright/compiler';
import { mnist } from '@netwright/data-mnist';
import { momentum } from '@netwright/optim-momentum';
import { train } from '@netwright/train';
import { expect, it } from 'vitest';
import { describeInChromium, fastestRuns } from './gpujs-chromium/runs.ts';
import { digitNetwork, expectAgreement, lossesOnMnist, type Network } from './gpujs-mnist.ts';

const STEPS = 51;
const NETWORKS: readonly Network[] = ['lenet5', 'resnet tiny'];
/** Differences may be so many times those between two other backends in single precision. */
const SLACK = 10;

interface Peers {
  readonly cpu: readonly number[];
  readonly reference: readonly number[];
}

const peers = new Map<Network, Promise<Peers>>();

async function measurePeers(network: Network): Promise<Peers> {
  const [fast, slow] = [cpu({ threads: 1 }), reference({ precision: 'f32' })];
  const losses = {
    cpu: await lossesOnMnist(fast, network, STEPS),
    reference: await lossesOnMnist(slow, network, STEPS),
  };
  await Promise.all([fast.dispose(), slow.dispose()]);
  return losses;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The largest difference of two runs. */
function distance(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, step) => Math.abs(value - b[step])));
}

async function expectFifty(backend: Backend, network: Network): Promise<void> {
  const known = peers.get(network) ?? measurePeers(network);
  peers.set(network, known);
  const expected = await known;
  const received = await lossesOnMnist(backend, network, STEPS);
  expectAgreement(received, expected.cpu);
  expect(mean(received.slice(-10))).toBeLessThan(mean(received.slice(0, 10)));
  const [own, usual] = [distance(received, expected.cpu), distance(expected.reference, expected.cpu)];
  process.stdout.write(
    `${network} on ${backend.target}: ${own.toExponential(2)} from backend-cpu in 50 steps, the reference ${usual.toExponential(2)}\n`,
  );
  expect(own).toBeLessThan(SLACK * usual);
}

it.each(NETWORKS)('%s takes fifty steps in WebAssembly', async (network) => {
  const backend = gpujs({ mode: 'webasm' });
  await expectFifty(backend, network);
  await backend.dispose();
});

describeInChromium((open) => {
  it.each(NETWORKS)('%s takes fifty steps', async (network) => expectFifty(await open(), network));
}, fastestRuns);

it('lenet5 is right for 97 images in 100 after an epoch in WebAssembly', async () => {
  const backend = gpujs({ mode: 'webasm' });
  const { trainer, test } = await train({
    model: digitNetwork('lenet5'),
    data: mnist(),
    backend,
    optimizer: momentum({ lr: 0.05, momentum: 0.9 }),
    epochs: 1,
    batchSize: 64,
    seed: 1,
  });
  process.stdout.write(`lenet5 after one epoch: ${JSON.stringify(test)}\n`);
  expect(test?.accuracy).toBeGreaterThanOrEqual(0.97);
  await trainer.dispose();
  await backend.dispose();
});
