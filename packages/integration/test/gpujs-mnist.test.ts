// LeNet-5 and a small ResNet take the first steps on MNIST as backend-cpu does.

import { cpu } from '@netwright/backend-cpu';
import { gpujs } from '@netwright/backend-gpujs';
import { afterAll, expect, it } from 'vitest';
import { expectAgreement, lossesOnMnist, type Network } from './gpujs-mnist.ts';

const STEPS = 6;
const NETWORKS: readonly Network[] = ['lenet5', 'cifar_resnet8'];

const peer = cpu({ threads: 1 });
afterAll(() => peer.dispose());

it.each(NETWORKS)(
  '%s in WebAssembly',
  async (network) => {
    const backend = gpujs({ mode: 'webasm' });
    const received = await lossesOnMnist(backend, network, STEPS);
    expectAgreement(received, await lossesOnMnist(peer, network, STEPS));
    expect(backend.target).toBe('webasm');
    expect(backend.usage().handles).toBe(0);
    await backend.dispose();
  },
  120_000,
);
