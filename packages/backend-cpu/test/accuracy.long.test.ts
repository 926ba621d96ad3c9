// How far convolutions of the sizes of real networks are from evaluation in double precision, relative to the largest result.

import { afterAll, describe, expect, test } from 'vitest';

import { compile } from '@netwright/compiler';

import { cpu } from '../src/index.ts';
import { contractionCase, kinds, type Contraction } from './random-contractions.ts';
import { relativeError } from './run-kernels.ts';

const square = (
  batch: number,
  inChannels: number,
  outChannels: number,
  size: number,
  kernel = 3,
  stride = 1,
): Contraction => {
  const padding = (kernel - 1) / 2;
  return {
    batch,
    groups: 1,
    inChannels,
    outChannels,
    size: [size, size],
    kernel: [kernel, kernel],
    stride: [stride, stride],
    dilation: [1, 1],
    padding: [padding, padding, padding, padding],
  };
};

const contractions = [
  square(2, 64, 64, 56),
  square(1, 512, 512, 7),
  square(3, 256, 128, 14),
  square(2, 512, 512, 14, 1),
  square(2, 128, 256, 28, 3, 2),
  square(8, 16, 24, 56),
  square(8, 16, 24, 56, 1),
];

describe.each([
  ['high', 2e-6],
  ['fast', 3e-5],
] as const)('precision %s', (precision, bound) => {
  const backend = cpu({ target: 'wasm', threads: 1, precision });
  afterAll(() => backend.dispose());

  test.each(contractions.flatMap((contraction) => kinds.map((kind) => ({ kind, contraction }))))(
    '$kind $contraction',
    async ({ kind, contraction }) => {
      const { graph, inputs, shapes, expected } = contractionCase(contraction, kind, 3);
      const executable = await compile(graph, backend);
      const { y } = await executable.run(
        Object.fromEntries(
          Object.entries(inputs).map(([name, data]) => [name, { dtype: 'f32', shape: shapes[name] ?? [], data }]),
        ),
      );
      await executable.dispose();
      expect(relativeError(y?.data ?? [], expected)).toBeLessThan(bound);
    },
  );
});
