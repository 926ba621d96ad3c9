import { compile, verification } from '@netwright/compiler';
import { interpreterBackend } from '@netwright/compiler/interpreter';
import { buildGraph, relu, tensorType } from '@netwright/ir';
import { testBackend } from '@netwright/testing';
import { expect, it } from 'vitest';
import { templateName } from '../src/index.ts';

testBackend('template-name', () => templateName({ verify: verification }));

it('refuses a store of another backend', async () => {
  const graph = buildGraph({ x: tensorType('f32', [2]) }, ({ x }) => ({ y: relu(x) }));
  const store = await interpreterBackend().createStore();
  await expect(compile(graph, templateName(), { store })).rejects.toThrow(
    'load: expected a store made by this backend, received one of another backend (interpreter). [template-name.store]',
  );
});
