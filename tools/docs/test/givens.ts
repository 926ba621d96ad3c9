// What the code in documents takes as given: small values under the usual names.

import { resnet } from '@netwright/arch-resnet';
import { cpu } from '@netwright/backend-cpu';
import { BUILT_IN } from '@netwright/cli';
import type { TensorData } from '@netwright/compiler';
import { tensorDataset } from '@netwright/data';
import {
  buildGraph,
  crossEntropy,
  defineFunction,
  flatten,
  linear,
  mul,
  sigmoid,
  tensorType,
  type Graph,
} from '@netwright/ir';
import { momentum } from '@netwright/optim-momentum';
import type { race } from '@netwright/viz';
import type { SafetensorsTensor } from '@netwright/weights';

export { inception } from '@netwright/arch-inception';
export { eliminateDeadCode, tensorType } from '@netwright/ir';
export { testOp, testRewrite } from '@netwright/testing';
export { train } from '@netwright/train';

/** Pixels of 20 images of 28 x 28, and their classes. */
export const images = Uint8Array.from({ length: 20 * 784 }, (_, at) => (at * 7919) % 251);
export const labels = Int32Array.from({ length: 20 }, (_, at) => at % 2);

const small = tensorDataset({
  images: images.subarray(0, 8 * 64),
  labels: labels.subarray(0, 8),
  shape: [1, 8, 8],
  classes: ['cat', 'dog'],
});
export const data = { name: 'small', train: small, test: small };
export const model = resnet('tiny', { classes: 2, channels: 1, imageSize: 8 });
export const backend = cpu({ threads: 1 });
export const loss = crossEntropy();
export const optimizer = momentum({ lr: 0.01 });

export const graph = buildGraph({ image: tensorType('f32', ['N', 1, 4, 4]) }, ({ image: x }, builder) => ({
  logits: linear(flatten(x, 1), builder.parameter('weight', [2, 16])),
}));
export const image: TensorData = { dtype: 'f32', shape: [32, 1, 4, 4], data: new Float32Array(32 * 16) };

/** Only for types: what is read from files that are not in the repository. */
export const bytes = new Uint8Array();
export const tensors: ReadonlyMap<string, SafetensorsTensor> = new Map();
export const myBackend = cpu;
export const swishFunction = defineFunction<{ readonly beta: number }>({
  name: 'swish',
  expand: ([x], { beta }) => [mul(x, sigmoid(mul(x, beta)))],
});
export const withDeadBranch = (): Graph => graph;
export const optimizers = BUILT_IN.optimizers as unknown as Parameters<
  ReturnType<typeof race>['draw']
>[0]['optimizers'];
