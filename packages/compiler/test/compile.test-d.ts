// What TypeScript knows of a compiled graph: names of inputs and outputs.

import { buildGraph, mul, tensorType } from '@netwright/ir';
import { expectTypeOf, test } from 'vitest';
import { compile, type Backend, type Executable, type TensorData } from '../src/index.ts';

declare const backend: Backend;
declare const data: TensorData;

const graph = buildGraph({ image: tensorType('f32', ['N', 3]) }, ({ image }) => ({ logits: mul(image, 2) }));

test('the executable has the names of the graph', async () => {
  const executable = await compile(graph, backend, { dims: { N: 1 } });
  expectTypeOf(executable).toEqualTypeOf<Executable<'image', 'logits'>>();
  expectTypeOf(await executable.run({ image: data })).toEqualTypeOf<Record<'logits', TensorData>>();
});

test('a misspelt input does not compile', async () => {
  const executable = await compile(graph, backend);
  // @ts-expect-error the input is called image
  await executable.run({ imgae: data });
});
