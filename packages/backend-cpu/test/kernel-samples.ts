// Hand-built kernels and programs for tests and benchmarks.

import type {
  BinaryOp,
  BufferDecl,
  BufferDType,
  BufferRole,
  Expr,
  Guard,
  Index,
  IndexAtom,
  Kernel,
  KernelDType,
  KernelProgram,
  ReduceOp,
  UnaryOp,
} from '@netwright/compiler';

export function index(offset: number, ...terms: readonly (readonly [number, number | IndexAtom])[]): Index {
  return {
    offset,
    terms: terms.map(([coefficient, atom]) => ({
      coefficient,
      atom: typeof atom === 'number' ? { kind: 'axis', axis: atom } : atom,
    })),
  };
}
export const axis = (id: number): Index => index(0, [1, id]);
export const constant = (value: number, dtype: KernelDType = 'f32'): Expr => ({ kind: 'const', dtype, value });
export const load = (
  buffer: number,
  at: readonly Index[],
  dtype: KernelDType = 'f32',
  guards: readonly Guard[] = [],
  fill = 0,
): Expr => ({
  kind: 'load',
  dtype,
  buffer,
  index: at,
  guards,
  fill,
});
export const unary = (op: UnaryOp, x: Expr): Expr => ({ kind: 'unary', dtype: x.dtype, op, x });
export const binary = (
  op: BinaryOp,
  a: Expr,
  b: Expr,
  dtype: KernelDType = op === 'eq' || op === 'lt' || op === 'le' ? 'bool' : a.dtype,
): Expr => ({
  kind: 'binary',
  dtype,
  op,
  a,
  b,
});
export const reduce = (op: ReduceOp, axes: readonly number[], body: Expr): Expr => ({
  kind: 'reduce',
  dtype: op === 'argmax' ? 'i32' : body.dtype,
  op,
  axes,
  body,
});
export const cast = (dtype: KernelDType, x: Expr): Expr => ({ kind: 'cast', dtype, x });
export const select = (condition: Expr, a: Expr, b: Expr): Expr => ({
  kind: 'select',
  dtype: a.dtype,
  condition,
  a,
  b,
});

export function rowMajor(shape: readonly number[]): readonly number[] {
  const strides: number[] = [];
  let size = 1;
  for (const extent of [...shape].reverse()) {
    strides.unshift(size);
    size *= extent;
  }
  return strides;
}

export const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

export function buffer(
  id: number,
  shape: readonly number[],
  role: BufferRole = { kind: 'temporary' },
  dtype: BufferDType = 'f32',
): BufferDecl {
  return { id, dtype, shape, role, storage: { strides: rowMajor(shape), offset: 0, size: product(shape) } };
}

/** Channels last for rank 4, as a layout pass would choose. */
export function channelsLast(decl: BufferDecl): BufferDecl {
  const [n = 1, c = 1, h = 1, w = 1] = decl.shape;
  return { ...decl, storage: { strides: [c * h * w, 1, w * c, c], offset: 0, size: n * c * h * w } };
}
/** [out, in, kh, kw] stored as [kh][kw][in][out]. */
export function filterLayout(decl: BufferDecl): BufferDecl {
  const [o = 1, i = 1, h = 1, w = 1] = decl.shape;
  return { ...decl, storage: { strides: [1, o, w * i * o, i * o], offset: 0, size: o * i * h * w } };
}

export const axes = (first: number, extents: readonly number[]): Kernel['axes'] =>
  extents.map((extent, i) => ({ id: first + i, extent }));

export function kernel(
  name: string,
  outAxes: Kernel['axes'],
  reductionAxes: Kernel['axes'],
  outputs: Kernel['outputs'],
): Kernel {
  return { name, sources: [], axes: outAxes, reductionAxes, outputs };
}

/** c[m, n] = sum_k a[m, k] b[k, n]. */
export function matmulProgram(m: number, n: number, k: number): KernelProgram {
  const buffers = [
    buffer(0, [m, k], { kind: 'input', name: 'a' }),
    buffer(1, [k, n], { kind: 'input', name: 'b' }),
    buffer(2, [m, n], { kind: 'output', names: ['c'] }),
  ];
  const value = reduce('sum', [2], binary('mul', load(0, [axis(0), axis(2)]), load(1, [axis(2), axis(1)])));
  return {
    buffers,
    kernels: [kernel('matmul', axes(0, [m, n]), axes(2, [k]), [{ buffer: 2, index: [axis(0), axis(1)], value }])],
  };
}

export interface ConvolutionCase {
  readonly batch: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly size: number;
  readonly filter: number;
  readonly stride: number;
  readonly padding: number;
}

export function outputSize({ size, filter, stride, padding }: ConvolutionCase): number {
  return Math.floor((size + 2 * padding - filter) / stride) + 1;
}

function convolutionBuffers(c: ConvolutionCase): { x: BufferDecl; w: BufferDecl; y: BufferDecl } {
  const out = outputSize(c);
  return {
    x: buffer(0, [c.batch, c.inChannels, c.size, c.size]),
    w: buffer(1, [c.outChannels, c.inChannels, c.filter, c.filter]),
    y: buffer(2, [c.batch, c.outChannels, out, out]),
  };
}

const inside = (at: Index, extent: number): Guard => ({ index: at, lower: 0, upper: extent });

/** y[n, o, h, w] = sum x[n, i, h s + kh - p, w s + kw - p] f[o, i, kh, kw]. Buffers x, f, y are 0, 1, 2. */
export function convolutionForward(c: ConvolutionCase): KernelProgram {
  const { x, w, y } = convolutionBuffers(c);
  const out = outputSize(c);
  const row = index(-c.padding, [c.stride, 2], [1, 5]);
  const column = index(-c.padding, [c.stride, 3], [1, 6]);
  const guards = c.padding > 0 ? [inside(row, c.size), inside(column, c.size)] : [];
  const body = binary(
    'mul',
    load(0, [axis(0), axis(4), row, column], 'f32', guards),
    load(1, [axis(1), axis(4), axis(5), axis(6)]),
  );
  return {
    buffers: [
      { ...x, role: { kind: 'input', name: 'x' } },
      { ...w, role: { kind: 'persistent', name: 'w' } },
      { ...y, role: { kind: 'output', names: ['y'] } },
    ],
    kernels: [
      kernel('conv2d', axes(0, [c.batch, c.outChannels, out, out]), axes(4, [c.inChannels, c.filter, c.filter]), [
        { buffer: 2, index: [axis(0), axis(1), axis(2), axis(3)], value: reduce('sum', [4, 5, 6], body) },
      ]),
    ],
  };
}

/** dx[n, i, h, w] = sum over taps whose (h + p - kh) is divisible by the stride of dy[n, o, (h + p - kh) / s, ...] f[o, i, kh, kw]. */
export function convolutionInputGradient(c: ConvolutionCase): KernelProgram {
  const { x, w, y } = convolutionBuffers(c);
  const out = outputSize(c);
  const at = (output: number, tap: number): { index: Index; guards: readonly Guard[] } => {
    const shifted = index(c.padding, [1, output], [-1, tap]);
    if (c.stride === 1) return { index: shifted, guards: [inside(shifted, out)] };
    const divided = index(0, [1, { kind: 'floorDiv', of: shifted, by: c.stride }]);
    return {
      index: divided,
      guards: [
        { index: index(0, [1, { kind: 'mod', of: shifted, by: c.stride }]), lower: 0, upper: 1 },
        inside(divided, out),
      ],
    };
  };
  const row = at(2, 5);
  const column = at(3, 6);
  const body = binary(
    'mul',
    load(2, [axis(0), axis(4), row.index, column.index], 'f32', [...row.guards, ...column.guards]),
    load(1, [axis(4), axis(1), axis(5), axis(6)]),
  );
  return {
    buffers: [
      { ...x, role: { kind: 'output', names: ['dx'] } },
      { ...w, role: { kind: 'persistent', name: 'w' } },
      { ...y, role: { kind: 'input', name: 'dy' } },
    ],
    kernels: [
      kernel(
        'conv2d.input',
        axes(0, [c.batch, c.inChannels, c.size, c.size]),
        axes(4, [c.outChannels, c.filter, c.filter]),
        [{ buffer: 0, index: [axis(0), axis(1), axis(2), axis(3)], value: reduce('sum', [4, 5, 6], body) }],
      ),
    ],
  };
}

/** df[o, i, kh, kw] = sum over pixels of dy[n, o, h, w] x[n, i, h s + kh - p, w s + kw - p]. */
export function convolutionWeightGradient(c: ConvolutionCase): KernelProgram {
  const { x, w, y } = convolutionBuffers(c);
  const out = outputSize(c);
  const row = index(-c.padding, [c.stride, 5], [1, 2]);
  const column = index(-c.padding, [c.stride, 6], [1, 3]);
  const guards = c.padding > 0 ? [inside(row, c.size), inside(column, c.size)] : [];
  const body = binary(
    'mul',
    load(2, [axis(4), axis(0), axis(5), axis(6)]),
    load(0, [axis(4), axis(1), row, column], 'f32', guards),
  );
  return {
    buffers: [
      { ...x, role: { kind: 'input', name: 'x' } },
      { ...w, role: { kind: 'persistent', name: 'dw' } },
      { ...y, role: { kind: 'input', name: 'dy' } },
    ],
    kernels: [
      kernel(
        'conv2d.weight',
        axes(0, [c.outChannels, c.inChannels, c.filter, c.filter]),
        axes(4, [c.batch, out, out]),
        [{ buffer: 1, index: [axis(0), axis(1), axis(2), axis(3)], value: reduce('sum', [4, 5, 6], body) }],
      ),
    ],
  };
}

/** z[n, c, h, w] = x[n, h, w] + f[c, 0, 0]; y[n, c, h, w] = sum z[n, c, h s + kh - p, w s + kw - p] f[c, kh, kw]. Buffers x, f, z, y are 0 to 3. */
export function depthwiseChain(c: Omit<ConvolutionCase, 'outChannels'>): KernelProgram {
  const out = outputSize({ ...c, outChannels: 1 });
  const image = [c.batch, c.inChannels, c.size, c.size];
  const at = [axis(0), axis(1), axis(2), axis(3)];
  const row = index(-c.padding, [c.stride, 2], [1, 4]);
  const column = index(-c.padding, [c.stride, 3], [1, 5]);
  const guards = [inside(row, c.size), inside(column, c.size)];
  const z = binary('add', load(0, [axis(0), axis(2), axis(3)]), load(1, [axis(1), index(0), index(0)]));
  const body = binary(
    'mul',
    load(2, [axis(0), axis(1), row, column], 'f32', guards),
    load(1, [axis(1), axis(4), axis(5)]),
  );
  return {
    buffers: [
      buffer(0, [c.batch, c.size, c.size], { kind: 'input', name: 'x' }),
      buffer(1, [c.inChannels, c.filter, c.filter], { kind: 'persistent', name: 'w' }),
      channelsLast(buffer(2, image)),
      channelsLast(buffer(3, [c.batch, c.inChannels, out, out], { kind: 'output', names: ['y'] })),
    ],
    kernels: [
      kernel('spread', axes(0, image), [], [{ buffer: 2, index: at, value: z }]),
      kernel('depthwise', axes(0, [c.batch, c.inChannels, out, out]), axes(4, [c.filter, c.filter]), [
        { buffer: 3, index: at, value: reduce('sum', [4, 5], body) },
      ]),
    ],
  };
}
