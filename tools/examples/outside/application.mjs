// What the test runs in the application's folder: networks trained by Lion on shapes, one with Mish, one in loops.

import { conv2dLayer, defineArchitecture, linearLayer } from '@netwright/arch';
import { cpu } from '@netwright/backend-cpu';
import { gpujs } from '@netwright/backend-gpujs';
import { reference } from '@netwright/backend-reference';
import { compile } from '@netwright/compiler';
import {
  buildGraph,
  differentiate,
  flatten,
  fromJson,
  globalAvgPool2d,
  gradients,
  maxPool2d,
  mul,
  sum,
  tensorType,
  toJson,
} from '@netwright/ir';
import { train } from '@netwright/train';
import { squeezenet } from 'netwright-architecture-squeezenet';
import { loops } from 'netwright-backend-loops';
import { shapes } from 'netwright-data-shapes';
import { mish } from 'netwright-function-mish';
import { inverseSquareRoot, lion, recordLearningRates } from 'netwright-optimizer-lion';

const mishnet = defineArchitecture({
  family: 'mishnet',
  paper: 'https://arxiv.org/abs/1908.08681',
  options: {},
  variants: { tiny: {} },
  build(image, _, { classes }) {
    const first = mish(conv2dLayer(image, { name: 'conv1', out: 8, kernel: 3, padding: 1, bias: true }));
    const second = mish(
      conv2dLayer(maxPool2d(first, { kernel: 2 }), { name: 'conv2', out: 16, kernel: 3, bias: true }),
    );
    const third = mish(
      conv2dLayer(maxPool2d(second, { kernel: 2 }), { name: 'conv3', out: 24, kernel: 3, bias: true }),
    );
    return linearLayer(flatten(globalAvgPool2d(third), 1), { name: 'fc', out: classes });
  },
});

async function trainOn(model, backend, epochs) {
  const { listener, rates } = recordLearningRates();
  const optimizer = lion({ lr: 0.01 });
  const schedule = inverseSquareRoot({ warmup: 10 });
  const options = { data: shapes(), optimizer, schedule, epochs, batchSize: 8, seed: 1, on: listener };
  const { test } = await train({ model, backend, ...options });
  await backend.dispose();
  return { accuracy: test.accuracy, loss: test.loss, rates };
}

const trained = await trainOn(mishnet('tiny', { classes: 3, channels: 1, imageSize: 16 }), cpu({ threads: 1 }), 8);
const looped = await trainOn(squeezenet('tiny', { classes: 3, channels: 1 }), loops(), 1);

// Mish with its first and second derivative, everywhere.
const first = buildGraph({ x: tensorType('f32', [9]) }, ({ x }) => {
  const y = mish(x);
  return { y, total: sum(mul(y, y)) };
});
const slope = buildGraph({ x: tensorType('f32', [9]) }, ({ x }) => {
  const y = mish(x);
  const [gradient] = gradients(sum(mul(y, y)), [x]);
  return { slope: sum(mul(gradient, gradient)) };
});
const graphs = [differentiate(first, 'total', ['x']), differentiate(slope, 'slope', ['x'])];

async function valuesOn(backend, all) {
  const data = Float32Array.from({ length: 9 }, (_, i) => i - 4.25);
  const values = [];
  for (const graph of all) {
    const results = await (await compile(graph, backend)).run({ x: { dtype: 'f32', shape: [9], data } });
    for (const { data: numbers } of Object.values(results)) values.push(...numbers);
  }
  await backend.dispose();
  return values;
}

const backends = { reference: reference(), cpu: cpu({ threads: 1 }), gpujs: gpujs({ mode: 'cpu' }), loops: loops() };
const values = {};
for (const [name, backend] of Object.entries(backends)) values[name] = await valuesOn(backend, graphs);
values.saved = await valuesOn(
  cpu({ threads: 1 }),
  graphs.map((graph) => fromJson(JSON.parse(JSON.stringify(toJson(graph))))),
);
console.log(JSON.stringify({ trained, looped, values }));
