// Convolutions and their gradients through whole executables: copies of inputs and outputs to and from the host included.
// Rounds are interleaved, so that a slow minute of the machine hurts all cases alike; GFLOP/s counts 2 for each multiply-add.

import { compile, type Executable, type TensorData } from '@netwright/compiler';
import { buildGraph, conv2d, conv2dInputGrad, conv2dWeightGrad, tensorType, type Graph } from '@netwright/ir';
import { test } from 'vitest';

import { cpu } from '../src/index.ts';
import { randomValues } from '../test/run-kernels.ts';

interface Shape {
  readonly name: string;
  readonly batch: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly size: number;
  readonly filter: number;
  readonly stride: number;
  readonly padding: number;
}

const shapes: readonly Shape[] = [
  { name: '3x3 64 @56', batch: 8, inChannels: 64, outChannels: 64, size: 56, filter: 3, stride: 1, padding: 1 },
  { name: '3x3 128 @28', batch: 8, inChannels: 128, outChannels: 128, size: 28, filter: 3, stride: 1, padding: 1 },
  { name: '3x3 256 @14', batch: 8, inChannels: 256, outChannels: 256, size: 14, filter: 3, stride: 1, padding: 1 },
  { name: '3x3 512 @7', batch: 8, inChannels: 512, outChannels: 512, size: 7, filter: 3, stride: 1, padding: 1 },
  { name: '3x3 s2 64-128 @56', batch: 8, inChannels: 64, outChannels: 128, size: 56, filter: 3, stride: 2, padding: 1 },
  { name: '1x1 64-256 @56', batch: 8, inChannels: 64, outChannels: 256, size: 56, filter: 1, stride: 1, padding: 0 },
];

const rounds = 9;

function graphsOf({ batch, inChannels, outChannels, size, filter, stride, padding }: Shape): Record<string, Graph> {
  const out = Math.floor((size + 2 * padding - filter) / stride) + 1;
  const attrs = {
    stride: [stride, stride],
    padding: [padding, padding, padding, padding],
    dilation: [1, 1],
    groups: 1,
  } as const;
  const x = tensorType('f32', [batch, inChannels, size, size]);
  const g = tensorType('f32', [batch, outChannels, out, out]);
  const weight = [outChannels, inChannels, filter, filter];
  return {
    forward: buildGraph({ x }, (inputs, builder) => ({
      y: conv2d(inputs.x, builder.parameter('weight', weight), attrs),
    })),
    input: buildGraph({ g }, (inputs, builder) => ({
      dx: conv2dInputGrad(inputs.g, builder.parameter('weight', weight), { ...attrs, inputSize: [size, size] }),
    })),
    weight: buildGraph({ x, g }, (inputs) => ({
      dw: conv2dWeightGrad(inputs.x, inputs.g, { ...attrs, kernel: [filter, filter] }),
    })),
  };
}

function tensorsOf(graph: Graph): Record<string, TensorData> {
  return Object.fromEntries(
    Object.entries(graph.inputs).map(([name, { type }], i) => {
      const shape = type.shape.map(Number);
      const data = randomValues(
        shape.reduce((a, b) => a * b, 1),
        i + 1,
      );
      return [name, { dtype: type.dtype, shape, data }];
    }),
  );
}

test.each([1, 2])('convolutions, %i threads', async (threads) => {
  const backend = cpu({ threads });
  process.stdout.write(`${backend.target}, median of ${String(rounds)} interleaved rounds\n`);
  for (const shape of shapes) {
    const cases: {
      name: string;
      executable: Executable;
      inputs: Record<string, TensorData>;
      flops: number;
      times: number[];
    }[] = [];
    for (const [name, graph] of Object.entries(graphsOf(shape))) {
      const executable = await compile(graph, backend);
      cases.push({ name, executable, inputs: tensorsOf(graph), flops: 2 * executable.report.macs, times: [] });
    }
    for (let round = 0; round < rounds + 2; round += 1) {
      for (const { executable, inputs, times } of cases) {
        const start = performance.now();
        await executable.run(inputs);
        if (round >= 2) times.push(performance.now() - start);
      }
    }
    const results = cases.map(({ name, flops, times }) => {
      const sorted = [...times].sort((a, b) => a - b);
      const median = sorted[Math.floor(rounds / 2)] ?? NaN;
      return `${name} ${(flops / median / 1e6).toFixed(1)} GFLOP/s (${median.toFixed(1)} ms, best ${(flops / (sorted[0] ?? NaN) / 1e6).toFixed(1)})`;
    });
    process.stdout.write(`${shape.name.padEnd(20)} ${results.join('  ')}\n`);
    for (const { executable } of cases) await executable.dispose();
  }
  await backend.dispose();
});
