// Draws the starting values of parameters and state: seeded by name, so that they do not depend on order, backend or other layers.

import { NetwrightError, type Graph, type Initializer } from '@netwright/ir';
import { normals, uniforms } from './random.ts';

/** The value that a parameter or state entry starts with, row-major. */
export interface InitialValue {
  readonly dtype: 'f32' | 'i32';
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/**
 * Starting values of every parameter and state entry of `graph` by name.
 *
 * @param seed - any integer; the values are a function of (seed, name) only.
 * @throws NetwrightError `initialize.shape` for a symbolic dimension, `initialize.fan` for a fan rule on a tensor with fewer than two dimensions.
 */
export function initialize(graph: Graph, seed: number): Map<string, InitialValue> {
  const entries = [...Object.entries(graph.parameters), ...Object.entries(graph.states)];
  const values = new Map<string, InitialValue>();
  const copies: (readonly [string, string])[] = [];
  for (const [name, { type, init }] of entries) {
    if (init.kind === 'copyOf') {
      copies.push([name, init.parameter]);
      continue;
    }
    const shape = type.shape.map((dim) => concrete(name, dim));
    const size = shape.reduce((product, dim) => product * dim, 1);
    const numbers = draw(init, name, shape, size, seed);
    if (type.dtype === 'f32') values.set(name, { dtype: 'f32', shape, data: new Float32Array(numbers) });
    else values.set(name, { dtype: 'i32', shape, data: new Int32Array(numbers) });
  }
  for (const [name, source] of copies) {
    const original = values.get(source);
    if (original === undefined) {
      throw new NetwrightError({
        code: 'initialize.copy',
        operation: 'initialize',
        scope: name,
        expected: 'the name of a parameter',
        received: source,
      });
    }
    values.set(name, { ...original, data: original.data.slice() });
  }
  return values;
}

function draw(
  init: Exclude<Initializer, { kind: 'copyOf' }>,
  name: string,
  shape: readonly number[],
  size: number,
  seed: number,
): Float64Array {
  switch (init.kind) {
    case 'constant':
      return new Float64Array(size).fill(init.value);
    case 'uniform':
      return uniforms(seed, name, size, init.low, init.high);
    case 'normal':
      return normals(seed, name, size, init.mean, init.std);
    case 'truncatedNormal':
      return normals(seed, name, size, init.mean, init.std, [init.low, init.high]);
    case 'biasOf': {
      const bound = 1 / Math.sqrt(init.fanIn);
      return uniforms(seed, name, size, -bound, bound);
    }
    case 'kaiming':
    case 'xavier': {
      const { fanIn, fanOut } = fans(name, shape);
      const fan = { fanIn, fanOut, fanAvg: (fanIn + fanOut) / 2 }[init.fan];
      const std = init.gain / Math.sqrt(fan);
      const bound = Math.sqrt(3) * std;
      return init.distribution === 'normal'
        ? normals(seed, name, size, 0, std)
        : uniforms(seed, name, size, -bound, bound);
    }
  }
}

/** Fans as `torch.nn.init._calculate_fan_in_and_fan_out` defines them. */
function fans(name: string, shape: readonly number[]): { readonly fanIn: number; readonly fanOut: number } {
  if (shape.length < 2) {
    throw new NetwrightError({
      code: 'initialize.fan',
      operation: 'initialize',
      scope: name,
      expected: 'a tensor with two or more dimensions',
      received: `shape [${shape.join(', ')}]`,
      hint: 'use a uniform, normal or constant initializer',
    });
  }
  const receptiveField = shape.slice(2).reduce((product, dim) => product * dim, 1);
  return { fanIn: shape[1] * receptiveField, fanOut: shape[0] * receptiveField };
}

function concrete(name: string, dim: number | string): number {
  if (typeof dim === 'number') return dim;
  throw new NetwrightError({
    code: 'initialize.shape',
    operation: 'initialize',
    scope: name,
    expected: 'numbers as dimensions of parameters and state',
    received: dim,
  });
}
