// One step of training, with parameters that go from step to step: a net of two layers generated, by hand and in plain loops, and LeNet-5 generated and in
// plain loops. Loss and parameters are read by none but the last step.

import { compile, type Executable, type Store, type TensorData } from '@netwright/compiler';
import {
  add,
  conv2d,
  crossEntropyLoss,
  gradients,
  GraphBuilder,
  linear,
  matmul,
  maxPool2d,
  mul,
  relu,
  reshape,
  sub,
  tensorType,
  type Graph,
  type Tensor,
} from '@netwright/ir';
import { gpujs } from '@netwright/backend-gpujs';
import { expect, test } from 'vitest';
import { LENET, lenetStep } from './plain-lenet.ts';
import { ByHand, elementsOf, numbers, sideBySide } from './side-by-side.ts';

const BATCH = 64;
const RATE = 0.1;
const STEPS = 3;

/** A step of plain descent on the mean cross entropy. */
function descent(
  image: readonly number[],
  shapes: Readonly<Record<string, readonly number[]>>,
  logits: (x: Tensor, parameters: readonly Tensor[]) => Tensor,
): Graph {
  const builder = new GraphBuilder();
  const x = builder.input('x', tensorType('f32', [BATCH, ...image]));
  const target = builder.input('target', tensorType('i32', [BATCH]));
  const parameters = Object.entries(shapes).map(([name, shape]) => builder.parameter(name, shape));
  const loss = crossEntropyLoss(logits(x, parameters), target);
  const grads = gradients(loss, parameters, add(mul(loss, 0), 1));
  Object.keys(shapes).forEach((name, at) => builder.update(name, sub(parameters[at], mul(grads[at], RATE))));
  builder.output('loss', loss);
  return builder.finish();
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, dim) => product * dim, 1);
const targets = Int32Array.from({ length: BATCH }, (_, at) => (7 * at) % 10);

interface Generated {
  readonly executable: Executable;
  readonly store: Store;
  step(): Promise<number>;
  dispose(): Promise<void>;
}

async function generate(
  image: readonly number[],
  shapes: Readonly<Record<string, readonly number[]>>,
  logits: (x: Tensor, parameters: readonly Tensor[]) => Tensor,
  start: readonly Float32Array[],
): Promise<Generated> {
  const backend = gpujs({ mode: 'webasm' });
  const store = await backend.createStore();
  const executable = await compile(descent(image, shapes, logits), backend, { store });
  for (const [at, [name, shape]] of Object.entries(shapes).entries())
    await store.write(name, { dtype: 'f32', shape, data: start[at] });
  const inputs: Record<string, TensorData> = {
    x: { dtype: 'f32', shape: [BATCH, ...image], data: numbers(BATCH * sizeOf(image), 5) },
    target: { dtype: 'i32', shape: [BATCH], data: targets },
  };
  return {
    executable,
    store,
    step: async () => (await executable.run(inputs)).loss.data[0],
    dispose: async () => {
      await executable.dispose();
      await backend.dispose();
    },
  };
}

const NET = { w1: [784, 256], b1: [256], w2: [256, 10], b2: [10] } as const;

/** The step in eleven kernels of two dimensions, one call, no copy between them. */
function netByHand(hand: ByHand, start: readonly Float32Array[]): () => Promise<Float32Array> {
  const hidden = hand.kernel(
    [256, BATCH],
    `function (x, w, b) {
      let sum = b[this.thread.x];
      for (let i = 0; i < 784; i++) { sum += x[this.thread.y * 784 + i] * w[i * 256 + this.thread.x]; }
      return Math.max(sum, 0);
    }`,
  );
  const logits = hand.kernel(
    [10, BATCH],
    `function (h, w, b) {
      let sum = b[this.thread.x];
      for (let i = 0; i < 256; i++) { sum += h[this.thread.y * 256 + i] * w[i * 10 + this.thread.x]; }
      return sum;
    }`,
  );
  const largest = hand.kernel(
    [BATCH],
    `function (z) {
      let most = z[this.thread.x * 10];
      for (let i = 1; i < 10; i++) { most = Math.max(most, z[this.thread.x * 10 + i]); }
      return most;
    }`,
  );
  const total = hand.kernel(
    [BATCH],
    `function (z, most) {
      let sum = 0;
      for (let i = 0; i < 10; i++) { sum += Math.exp(z[this.thread.x * 10 + i] - most[this.thread.x]); }
      return sum;
    }`,
  );
  const slope = hand.kernel(
    [10, BATCH],
    `function (z, most, sum, target) {
      let value = Math.exp(z[this.thread.y * 10 + this.thread.x] - most[this.thread.y]) / sum[this.thread.y];
      if (target[this.thread.y] === this.thread.x) { value = value - 1; }
      return value / ${String(BATCH)};
    }`,
  );
  const loss = hand.kernel(
    [1],
    `function (z, most, sum, target) {
      let value = 0;
      for (let n = 0; n < ${String(BATCH)}; n++) { value += Math.log(sum[n]) + most[n] - z[n * 10 + target[n]]; }
      return value / ${String(BATCH)};
    }`,
  );
  const back = hand.kernel(
    [256, BATCH],
    `function (dz, w, h) {
      let sum = 0;
      for (let i = 0; i < 10; i++) { sum += dz[this.thread.y * 10 + i] * w[this.thread.x * 10 + i]; }
      if (h[this.thread.y * 256 + this.thread.x] <= 0) { sum = 0; }
      return sum;
    }`,
  );
  const weights = (width: number, height: number) =>
    hand.kernel(
      [width, height],
      `function (w, x, dy) {
        let sum = 0;
        for (let n = 0; n < ${String(BATCH)}; n++) {
          sum += x[n * ${String(height)} + this.thread.y] * dy[n * ${String(width)} + this.thread.x];
        }
        return w[this.thread.y * ${String(width)} + this.thread.x] - ${String(RATE)} * sum;
      }`,
    );
  const biases = (width: number) =>
    hand.kernel(
      [width],
      `function (b, dy) {
        let sum = 0;
        for (let n = 0; n < ${String(BATCH)}; n++) { sum += dy[n * ${String(width)} + this.thread.x]; }
        return b[this.thread.x] - ${String(RATE)} * sum;
      }`,
    );
  const [weights1, weights2, biases1, biases2] = [weights(256, 784), weights(10, 256), biases(256), biases(10)];
  const step = hand.pipeline(6, (x, target, w1, b1, w2, b2) => {
    const h = hidden(x, w1, b1) as never;
    const z = logits(h, w2, b2) as never;
    const most = largest(z) as never;
    const sum = total(z, most) as never;
    const dz = slope(z, most, sum, target) as never;
    const dh = back(dz, w2, h) as never;
    return [loss(z, most, sum, target), weights1(w1, x, dh), biases1(b1, dh), weights2(w2, h, dz), biases2(b2, dz)];
  });
  const images = numbers(BATCH * 784, 5);
  const labels = Float32Array.from(targets);
  let parameters = start;
  return async () => {
    const [value, ...next] = (await step(images, labels, ...parameters)).map(elementsOf);
    parameters = next;
    return value;
  };
}

function netPlain(start: readonly Float32Array[]): () => number {
  const [w1, b1, w2, b2] = start.map((one) => one.slice());
  const x = numbers(BATCH * 784, 5);
  const [h, dh, z] = [new Float32Array(BATCH * 256), new Float32Array(BATCH * 256), new Float32Array(BATCH * 10)];
  return () => {
    let loss = 0;
    for (let n = 0; n < BATCH; n++) {
      const row = h.subarray(n * 256, n * 256 + 256);
      row.set(b1);
      for (let i = 0; i < 784; i++) for (let j = 0; j < 256; j++) row[j] += x[n * 784 + i] * w1[i * 256 + j];
      for (let j = 0; j < 256; j++) row[j] = Math.max(0, row[j]);
      const out = z.subarray(n * 10, n * 10 + 10);
      out.set(b2);
      for (let i = 0; i < 256; i++) for (let j = 0; j < 10; j++) out[j] += row[i] * w2[i * 10 + j];
      const most = Math.max(...out);
      const total = out.reduce((sum, value) => sum + Math.exp(value - most), 0);
      loss += Math.log(total) + most - out[targets[n]];
      for (let j = 0; j < 10; j++) out[j] = (Math.exp(out[j] - most) / total - (targets[n] === j ? 1 : 0)) / BATCH;
      for (let i = 0; i < 256; i++) {
        let sum = 0;
        for (let j = 0; j < 10; j++) sum += out[j] * w2[i * 10 + j];
        dh[n * 256 + i] = row[i] > 0 ? sum : 0;
      }
    }
    for (let n = 0; n < BATCH; n++) {
      for (let i = 0; i < 256; i++)
        for (let j = 0; j < 10; j++) w2[i * 10 + j] -= RATE * h[n * 256 + i] * z[n * 10 + j];
      for (let j = 0; j < 10; j++) b2[j] -= RATE * z[n * 10 + j];
      for (let i = 0; i < 784; i++)
        for (let j = 0; j < 256; j++) w1[i * 256 + j] -= RATE * x[n * 784 + i] * dh[n * 256 + j];
      for (let j = 0; j < 256; j++) b1[j] -= RATE * dh[n * 256 + j];
    }
    return loss / BATCH;
  };
}

function near(received: number, expected: number): void {
  expect(Math.abs(received - expected)).toBeLessThan(1e-4 * expected);
}

test('784-256-10', async () => {
  const start = Object.values(NET).map((shape, at) => numbers(sizeOf(shape), at, 0.05));
  const hand = new ByHand();
  const byHand = netByHand(hand, start);
  const plain = netPlain(start);
  const net = await generate(
    [784],
    NET,
    (x, [w1, b1, w2, b2]) => add(matmul(relu(add(matmul(x, w1), b1)), w2), b2),
    start,
  );
  for (let step = 0; step < STEPS; step++) {
    const expected = plain();
    near(await net.step(), expected);
    near((await byHand())[0], expected);
  }
  await sideBySide(
    'a training step of 784-256-10, 64 images',
    [
      { name: 'generated', run: () => net.step() },
      { name: 'by hand, one call', run: byHand },
      { name: 'plain loops', run: plain },
    ],
    { rounds: 15, megaflops: (2 * BATCH * (2 * 784 * 256 + 3 * 256 * 10)) / 1e6 },
  );
  await net.dispose();
  await hand.dispose();
});

test('LeNet-5', async () => {
  const start = Object.values(LENET).map((shape, at) => {
    const fanIn = sizeOf(shape.slice(1));
    return numbers(sizeOf(shape), at, shape.length === 1 ? 0.05 : 1 / Math.sqrt(fanIn));
  });
  const plain = lenetStep(start, numbers(BATCH * 784, 5), targets, RATE);
  const net = await generate(
    [1, 28, 28],
    LENET,
    (x, [c1, c1b, c2, c2b, f1, f1b, f2, f2b, f3, f3b]) => {
      const first = maxPool2d(relu(conv2d(x, c1, { bias: c1b, padding: 2 })), { kernel: 2 });
      const second = maxPool2d(relu(conv2d(first, c2, { bias: c2b })), { kernel: 2 });
      const wide = relu(linear(reshape(second, [BATCH, 400]), f1, f1b));
      return linear(relu(linear(wide, f2, f2b)), f3, f3b);
    },
    start,
  );
  for (let step = 0; step < STEPS; step++) near(await net.step(), plain());
  await sideBySide(
    'a training step of LeNet-5, 64 images',
    [
      { name: 'generated', run: () => net.step() },
      { name: 'plain loops', run: plain },
    ],
    { rounds: 7, megaflops: (2 * BATCH * (2 * 117_600 + 3 * (240_000 + 59_000))) / 1e6 },
  );
  await net.dispose();
});
