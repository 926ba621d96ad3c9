import { compile } from '@netwright/compiler';
import { interpreterBackend } from '@netwright/compiler/interpreter';
import { buildGraph, fromJson, tensorType, toJson } from '@netwright/ir';
import { testOp } from '@netwright/testing';
import { describe, expect, it } from 'vitest';
import { templateName, templateNameFunction } from '../src/index.ts';

const normal = { kind: 'normal' } as const;

testOp(templateNameFunction, [
  { name: 'a matrix', attrs: { beta: 1 }, inputs: [{ type: tensorType('f32', [4, 5]), fill: normal }] },
  {
    name: 'a batch, steep',
    attrs: { beta: 2.5 },
    inputs: [{ type: tensorType('f32', ['N', 3]), fill: normal }],
    dims: { N: 4 },
  },
]);

describe('values', () => {
  const x = [-30, -2, -0.5, 0, 0.5, 2, 30];
  const graph = buildGraph({ x: tensorType('f32', [x.length]) }, ({ x: input }) => ({
    plain: templateName(input),
    steep: templateName(input, { beta: 3 }),
  }));
  const expected = (beta: number): readonly number[] => x.map((value) => value / (1 + Math.exp(-beta * value)));

  it.each([
    ['as built', graph],
    ['from JSON, by a reader that does not know the function', fromJson(JSON.parse(JSON.stringify(toJson(graph))))],
  ])('%s', async (_, read) => {
    const executable = await compile(read, interpreterBackend());
    const outputs = await executable.run({ x: { dtype: 'f32', shape: [x.length], data: Float64Array.from(x) } });
    for (const [name, beta] of [
      ['plain', 1],
      ['steep', 3],
    ] as const) {
      expected(beta).forEach((value, at) =>
        expect(outputs[name].data[at], `${name} of ${String(x[at])}`).toBeCloseTo(value, 12),
      );
    }
  });
});
