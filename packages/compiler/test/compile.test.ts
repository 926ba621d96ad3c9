// What a compiled program refuses, and stores that several programs share.

import { buildGraph, matmul, relu, sin, tensorType } from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import { compile, type Backend, type TensorData } from '../src/index.ts';
import { interpreterBackend } from '../src/interpreter/index.ts';

const graph = buildGraph(
  { image: tensorType('f32', ['N', 3]), label: tensorType('i32', ['N']) },
  ({ image, label }, builder) => ({
    logits: matmul(image, builder.parameter('weight', [3, 2])),
    label,
  }),
);

function f32(...shape: readonly number[]): TensorData {
  const data = Float32Array.from({ length: shape.reduce((product, dim) => product * dim, 1) }, (_, i) => i - 2);
  return { dtype: 'f32', shape, data };
}

const label: TensorData = { dtype: 'i32', shape: [2], data: Int32Array.of(1, 0) };

describe('inputs', () => {
  it.each<readonly [string, Record<string, TensorData>, string]>([
    ['missing', { label }, 'image is missing'],
    ['of another batch size', { image: f32(3, 3), label }, 'image is f32[3, 3] with 9 elements, not f32[2, 3]'],
    [
      'too short',
      { image: { ...f32(2, 3), data: new Float32Array(5) }, label },
      'image is f32[2, 3] with 5 elements, not f32[2, 3]',
    ],
    ['of another type', { image: f32(2, 3), label: f32(2) }, 'label is f32[2] with 2 elements, not i32[2]'],
    [
      'in another array',
      { image: f32(2, 3), label: { ...label, data: Float32Array.of(1, 0) } },
      'label holds its i32 elements in a Float32Array',
    ],
    ['unknown', { image: f32(2, 3), label, mask: label }, 'there is no input mask'],
  ])('%s', async (_, inputs, reason) => {
    const executable = await compile(graph, interpreterBackend(), { dims: { N: 2 } });
    await expect(executable.run(inputs as Record<'image' | 'label', TensorData>)).rejects.toThrow(
      `run: expected inputs image: f32[2, 3], label: i32[2], received ${Object.keys(inputs).join(', ')}; ${reason}. ` +
        'Hint: a program is compiled for one batch size; compile another one for another size [run.inputs]',
    );
  });

  it('a batch size that was not given', async () => {
    await expect(compile(graph, interpreterBackend())).rejects.toMatchObject({ code: 'dim.unbound' });
  });
});

it('programs for two batch sizes share one store', async () => {
  const backend = interpreterBackend();
  const store = await backend.createStore();
  const [two, five] = [
    await compile(graph, backend, { dims: { N: 2 }, store }),
    await compile(graph, backend, { dims: { N: 5 }, store }),
  ];
  await store.write('weight', { dtype: 'f32', shape: [3, 2], data: Float32Array.of(1, 0, 0, 1, 1, 1) });
  expect(store.entries.map(({ name }) => name)).toEqual(['weight']);
  expect(two.report.persistentBytes).toBe(five.report.persistentBytes);
  const { logits } = await two.run({ image: f32(2, 3), label });
  const more = await five.run({ image: f32(5, 3), label: { dtype: 'i32', shape: [5], data: new Int32Array(5) } });
  expect(Array.from(logits.data)).toEqual([-2, -1, 4, 5]);
  expect(Array.from(more.logits.data.subarray(0, 4))).toEqual([-2, -1, 4, 5]);
});

it('operations that a backend does not support are named with their scopes', async () => {
  const inner = interpreterBackend();
  const backend: Backend = { ...inner, capabilities: { ...inner.capabilities, unsupported: ['sin'] } };
  const wave = buildGraph({ x: tensorType('f32', [3]) }, ({ x }, builder) => ({
    y: builder.within('wave', () => sin(relu(x))),
  }));
  await expect(compile(wave, backend)).rejects.toThrow(
    'compile (wave): expected operations that interpreter supports, received sin. Hint: use another backend for this graph [compile.unsupported]',
  );
});
