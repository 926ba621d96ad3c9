// Random convolutions with their gradients, as graphs, and what they should give.

import {
  buildGraph,
  conv2d,
  conv2dInputGrad,
  conv2dWeightGrad,
  primitives,
  tensorType,
  type Graph,
} from '@netwright/ir';

import { randomValues } from './run-kernels.ts';

export const kinds = ['forward', 'input gradient', 'weight gradient'] as const;
export type ContractionKind = (typeof kinds)[number];

export interface Contraction {
  readonly batch: number;
  readonly groups: number;
  /** Of each group. */
  readonly inChannels: number;
  readonly outChannels: number;
  readonly size: readonly [number, number];
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  /** Top, left, bottom, right. */
  readonly padding: readonly [number, number, number, number];
}

/** Whole numbers from 0 to below a bound; equal for equal seeds. */
export function picker(seed: number): (below: number) => number {
  let state = (seed * 2654435761 + 12345) >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Odd sizes of every kind: few and many channels, one group to one for each channel, windows larger than the image. */
export function randomContraction(seed: number): Contraction {
  const pick = picker(seed);
  const one = <T>(...items: readonly [T, ...T[]]): T => items[pick(items.length)] ?? items[0];
  const form = pick(8);
  const depthwise = form === 0;
  const square3 = form >= 5;
  const groups = depthwise ? 1 + pick(21) : one(1, 1, 1, 2, 3, 5);
  const kernel: Contraction['kernel'] = square3 ? [3, 3] : [one(1, 2, 3, 4, 5, 7), one(1, 2, 3, 4, 5, 7)];
  const dilation: Contraction['dilation'] = square3 ? [1, 1] : [one(1, 1, 1, 2, 3), one(1, 1, 1, 2, 3)];
  const [height, width] = [0, 1].map((k) => (dilation[k] ?? 1) * ((kernel[k] ?? 1) - 1) + 1);
  const padding = [height, width, height, width].map((extent) => pick(Math.min(4, extent ?? 1)));
  const [top = 0, left = 0, bottom = 0, right = 0] = padding;
  return {
    batch: 1 + pick(3),
    groups,
    inChannels: depthwise ? 1 : 1 + pick(one(5, 18, 33)),
    outChannels: depthwise ? 1 + pick(2) : 1 + pick(one(4, 20, 37)),
    size: [Math.max(1, (height ?? 1) - top - bottom) + pick(9), Math.max(1, (width ?? 1) - left - right) + pick(9)],
    kernel,
    stride: square3 && pick(4) > 0 ? [1, 1] : [1 + pick(3), 1 + pick(3)],
    dilation,
    padding: [top, left, bottom, right],
  };
}

export interface ContractionCase {
  readonly graph: Graph;
  readonly inputs: Readonly<Record<string, Float32Array>>;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** In double precision. */
  readonly expected: Float64Array;
  /** Of output `y`. */
  readonly shape: readonly number[];
}

export function contractionCase(c: Contraction, kind: ContractionKind, seed: number): ContractionCase {
  const { stride, dilation, groups, kernel, size, batch } = c;
  const [top, left, bottom, right] = c.padding;
  const out = [size[0] + top + bottom, size[1] + left + right].map((padded, k) => {
    const reach = (dilation[k] ?? 1) * ((kernel[k] ?? 1) - 1) + 1;
    return Math.floor((padded - reach) / (stride[k] ?? 1)) + 1;
  });
  const attrs = { stride, padding: c.padding, dilation, groups };
  const image = [batch, groups * c.inChannels, ...size];
  const filter = [groups * c.outChannels, c.inChannels, ...kernel];
  const result = [batch, groups * c.outChannels, ...out];
  const shapes: Readonly<Record<string, readonly number[]>> = {
    forward: { a: image, b: filter },
    'input gradient': { a: result, b: filter },
    'weight gradient': { a: image, b: result },
  }[kind];
  const type = (name: string) => tensorType('f32', shapes[name] ?? []);
  const graph = buildGraph({ a: type('a'), b: type('b') }, ({ a, b }) => ({
    y:
      kind === 'forward'
        ? conv2d(a, b, attrs)
        : kind === 'input gradient'
          ? conv2dInputGrad(a, b, { ...attrs, inputSize: size })
          : conv2dWeightGrad(a, b, { ...attrs, kernel }),
  }));
  const elements = (shape: readonly number[]): number => shape.reduce((x, y) => x * y, 1);
  const inputs = Object.fromEntries(
    Object.entries(shapes).map(([name, shape], k) => [name, randomValues(elements(shape), seed * 2 + k + 1)]),
  );
  const shape = { forward: result, 'input gradient': image, 'weight gradient': filter }[kind];
  const context = {
    inputs: ['a', 'b'].map((name) => ({
      shape: shapes[name] ?? [],
      data: Float64Array.from(inputs[name] ?? []),
    })),
    inputTypes: [type('a'), type('b')],
    shape,
    dims: {},
    round: (value: number) => value,
  };
  const expected =
    kind === 'forward'
      ? primitives.conv2d.evaluate({ ...context, attrs })
      : kind === 'input gradient'
        ? primitives.conv2dInputGrad.evaluate({ ...context, attrs: { ...attrs, inputSize: size } })
        : primitives.conv2dWeightGrad.evaluate({ ...context, attrs: { ...attrs, kernel } });
  return { graph, inputs, shapes, expected: Float64Array.from(expected), shape };
}
