// Copies with real zeros in place of guards, where a backend asks for them.

import {
  compile,
  compileKernels,
  defaultCapabilities,
  printProgram,
  verification,
  type TensorData,
} from '@netwright/compiler';
import { interpreterBackend } from '@netwright/compiler/interpreter';
import { add, conv2d, gradients, GraphBuilder, mul, sum, tensorType, type Graph } from '@netwright/ir';
import { expect, it } from 'vitest';

const SHAPES = { x: [2, 3, 6, 5], w: [4, 3, 3, 3] } as const;
const capabilities = { ...defaultCapabilities, costlyGuards: true };

/** A padded convolution that is used twice, and its gradients. */
function graph(): Graph {
  const builder = new GraphBuilder();
  const [x, w] = Object.entries(SHAPES).map(([name, shape]) => builder.input(name, tensorType('f32', shape)));
  const y = conv2d(x, w, { padding: 1 });
  const loss = sum(mul(y, add(y, 1)), { axes: [0, 1, 2, 3] });
  const [dx, dw] = gradients(loss, [x, w]);
  builder.output('y', y);
  builder.output('dx', dx);
  builder.output('dw', dw);
  return builder.finish();
}

it('reads without guards, in copies that kernels share', () => {
  const text = (costlyGuards: boolean): string =>
    printProgram(
      compileKernels(graph(), { dims: {}, capabilities: { ...capabilities, costlyGuards }, verify: verification })
        .program,
    );
  // One of the image, for the convolution and for the gradient of the weights, and one of the gradient.
  expect(new Set(text(true).match(/\/padded\d+/g))).toHaveProperty('size', 2);
  expect(text(false)).not.toContain('/padded');
});

it('computes the same', async () => {
  const inputs = Object.fromEntries(
    Object.entries(SHAPES).map(([name, shape]): [string, TensorData] => {
      const size = shape.reduce<number>((product, dim) => product * dim, 1);
      return [name, { dtype: 'f32', shape, data: Float64Array.from({ length: size }, (_, at) => Math.sin(at * 7.1)) }];
    }),
  );
  const results = [interpreterBackend(), interpreterBackend({ capabilities })].map(async (backend) =>
    (await compile(graph(), backend)).run(inputs),
  );
  const [expected, received] = await Promise.all(results);
  for (const [name, { data }] of Object.entries(expected))
    data.forEach((value, at) => expect(received[name].data[at]).toBeCloseTo(value, 10));
});
