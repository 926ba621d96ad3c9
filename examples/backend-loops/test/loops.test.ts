import { reference } from '@netwright/backend-reference';
import { compile } from '@netwright/compiler';
import { buildGraph, exp, tensorType } from '@netwright/ir';
import { testBackend } from '@netwright/testing';
import { expect, it } from 'vitest';
import { loops } from '../src/index.ts';

testBackend('loops', () => loops());

it('refuses the store of another backend', async () => {
  const store = await reference().createStore();
  const graph = buildGraph({ x: tensorType('f32', [2]) }, ({ x }) => ({ y: exp(x) }));
  await expect(compile(graph, loops(), { store })).rejects.toThrow(
    'load: expected a store made by this backend, received one of another backend (reference). [loops.store]',
  );
});
