// Networks trained on gpu.js follow the same networks on backend-cpu.

import { cpu } from '@netwright/backend-cpu';
import { gpujs } from '@netwright/backend-gpujs';
import { BUILT_IN } from '@netwright/cli';
import { lossesOf } from '@netwright/testing';
import { expect, it } from 'vitest';

const STEPS = 5;

const resnet = BUILT_IN.architectures.find(({ family }) => family === 'resnet');

it.each([
  ['tiny', 'webasm', 16],
  ['tiny', 'cpu', 16],
  ['cifar_resnet8', 'webasm', 32],
] as const)('%s in the mode %s: the losses of five steps agree', async (name, mode, imageSize) => {
  if (resnet === undefined) throw new RangeError('the built-in architectures have no resnet');
  const model = resnet(name, { classes: 3, imageSize });
  const [expected, received] = [cpu({ threads: 1 }), gpujs({ mode })];
  const right = await lossesOf(model, expected, { steps: STEPS, lr: 0.05 });
  const losses = await lossesOf(model, received, { steps: STEPS, lr: 0.05 });
  expect(losses).toHaveLength(STEPS + 1);
  losses.forEach((loss, step) => expect(Math.abs(loss - right[step])).toBeLessThan(1e-3 * right[step]));
  expect(received.usage().handles).toBe(0);
  await Promise.all([expected.dispose(), received.dispose()]);
});
