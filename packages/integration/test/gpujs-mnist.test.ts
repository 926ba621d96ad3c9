// LeNet-5 and a small ResNet take the first steps on MNIST as backend-cpu does; more steps are in the long tests.

import { cpu } from '@netwright/backend-cpu';
import { gpujs } from '@netwright/backend-gpujs';
import { afterAll, describe, expect, it } from 'vitest';
import { chromiumBackend, RUNS } from './gpujs-chromium/runs.ts';
import { expectAgreement, lossesOnMnist, type Network } from './gpujs-mnist.ts';

const STEPS = 6;
const NETWORKS: readonly Network[] = ['lenet5', 'cifar_resnet8'];

const peer = cpu({ threads: 1 });
afterAll(() => peer.dispose());
const expected = new Map(NETWORKS.map((network) => [network, lossesOnMnist(peer, network, STEPS)]));

it.each(NETWORKS)('%s in WebAssembly', async (network) => {
  const backend = gpujs({ mode: 'webasm' });
  const received = await lossesOnMnist(backend, network, STEPS);
  expectAgreement(received, (await expected.get(network)) ?? []);
  expect(backend.target).toBe('webasm');
  expect(backend.usage().handles).toBe(0);
  await backend.dispose();
});

describe.each(RUNS.filter(([mode, driver]) => mode === 'webgpu' || driver === 'llvmpipe'))('%s on %s', (...run) => {
  const open = chromiumBackend(run, 1);
  if (open === undefined) return;

  it('lenet5', async () => {
    const received = await lossesOnMnist(await open(), 'lenet5', STEPS);
    expectAgreement(received, (await expected.get('lenet5')) ?? []);
  });
});
