import { cpu } from '@netwright/backend-cpu';
import { reference } from '@netwright/backend-reference';
import { compile } from '@netwright/compiler';
import { limitedBackend } from '@netwright/compiler/interpreter';
import { buildGraph, conv2d, fromJson, tensorType, toJson } from '@netwright/ir';
import { testOp } from '@netwright/testing';
import { expect, it } from 'vitest';
import { mish, mishFunction } from '../src/index.ts';

testOp(
  mishFunction,
  [
    {
      name: 'a batch',
      attrs: {},
      inputs: [{ type: tensorType('f32', ['N', 3, 5]), fill: { kind: 'normal' } }],
      dims: { N: 4 },
    },
    {
      name: 'extremes',
      attrs: {},
      inputs: [
        {
          type: tensorType('f32', [9]),
          fill: { kind: 'values', values: [-90, -30, -1e-30, 0, 1e-30, 19.99, 20, 20.01, 90] },
        },
      ],
    },
  ],
  { backends: { cpu: () => cpu({ threads: 1 }), 'small GPUs': () => limitedBackend() } },
);

const image = tensorType('f32', [1, 2, 4, 4]);
const graph = buildGraph({ image, weight: tensorType('f32', [3, 2, 3, 3]) }, ({ image, weight }) => ({
  y: mish(conv2d(image, weight)),
}));

it('is part of the kernel of the convolution before it, and gone from a saved graph', async () => {
  const backend = cpu({ threads: 1 });
  const kernelsOf = async (one: typeof graph): Promise<readonly string[]> =>
    (await compile(one, backend)).report.kernels.map(({ operations }) => operations.join(' '));
  expect((await kernelsOf(graph)).some((kernel) => /conv2d.*mish/.test(kernel))).toBe(true);
  const saved = fromJson(JSON.parse(JSON.stringify(toJson(graph)))) as typeof graph;
  expect((await kernelsOf(saved)).join(' ')).not.toContain('mish');
  await backend.dispose();
});

it('gives 0 for 0 and the known value for 1', async () => {
  const one = buildGraph({ x: tensorType('f32', [2]) }, ({ x }) => ({ y: mish(x) }));
  for (const backend of [reference(), cpu({ threads: 1 })]) {
    const executable = await compile(one, backend);
    const { y } = await executable.run({ x: { dtype: 'f32', shape: [2], data: Float32Array.of(0, 1) } });
    expect(y.data[0]).toBe(0);
    // torch.nn.functional.mish(torch.tensor(1.0)) prints 0.8651
    expect(y.data[1]).toBeCloseTo(0.8651, 4);
    await executable.dispose();
    await backend.dispose();
  }
});
