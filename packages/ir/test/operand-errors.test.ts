// Every message of the shape rules and public functions of the primitives, once.

import { describe, expect, it } from 'vitest';
import {
  abs,
  add,
  amax,
  and,
  applyPrimitive,
  argmax,
  broadcastTo,
  cast,
  chunk,
  concat,
  constantTensor,
  cos,
  dimSize,
  div,
  eq,
  erf,
  exp,
  flatten,
  floor,
  gather,
  gatherAdjoint,
  GraphBuilder,
  iota,
  isFinite,
  isNetwrightError,
  le,
  linear,
  log,
  lt,
  matmul,
  maximum,
  mean,
  minimum,
  mul,
  neg,
  not,
  or,
  pad,
  pow,
  primitives,
  random,
  reshape,
  sign,
  sin,
  slice,
  split,
  sqrt,
  squeeze,
  sub,
  sum,
  tanh,
  tensorType,
  transpose,
  unsqueeze,
  variance,
  where,
  type DType,
  type Primitive,
  type PrimitiveAttrs,
  type PrimitiveName,
  type Shape,
  type Tensor,
} from '../src/index.ts';

const builder = new GraphBuilder();
let inputs = 0;

function tensor(shape: Shape, dtype: DType = 'f32'): Tensor {
  return builder.input(`x${String(inputs++)}`, tensorType(dtype, shape));
}

const flags = tensor([2], 'bool');
const ints = tensor([2], 'i32');
const matrix = tensor([2, 3]);
const batch = tensor(['N', 3]);
const scalar = tensor([]);

/** Applies a primitive with attributes that its public function would not make. */
function raw<K extends PrimitiveName>(op: K, operands: readonly Tensor[], attrs: PrimitiveAttrs[K]): () => Tensor {
  return () => applyPrimitive(primitives[op] as Primitive<K>, operands, attrs, builder);
}

const cases: readonly (readonly [message: string, act: () => unknown])[] = [
  // Elementwise
  [
    'neg: expected an operand of element type f32 or i32, received bool[2]; element type bool is not one of f32, i32. Hint: convert it with cast [neg.operands]',
    () => neg(flags),
  ],
  [
    'abs: expected an operand of element type f32 or i32, received bool[2]; element type bool is not one of f32, i32. Hint: convert it with cast [abs.operands]',
    () => abs(flags),
  ],
  [
    'sign: expected an operand of element type f32 or i32, received bool[2]; element type bool is not one of f32, i32. Hint: convert it with cast [sign.operands]',
    () => sign(flags),
  ],
  ...[floor, exp, log, sqrt, sin, cos, tanh, erf, isFinite].map(
    (f) =>
      [
        `${f.name}: expected an operand of element type f32, received i32[2]; element type i32 is not one of f32. Hint: convert it with cast [${f.name}.operands]`,
        () => f(ints),
      ] as const,
  ),
  [
    'not: expected an operand of element type bool, received f32[2, 3]; element type f32 is not one of bool. Hint: convert it with cast [not.operands]',
    () => not(matrix),
  ],
  ...[add, sub, mul, maximum, minimum].map(
    (f) =>
      [
        `${f.name}: expected operands of one shape and element type, received bool[2], bool[2]; element type bool is not one of f32, i32. Hint: use broadcastTo or cast [${f.name}.operands]`,
        () => f(flags, flags),
      ] as const,
  ),
  ...[div, pow].map(
    (f) =>
      [
        `${f.name}: expected operands of one shape and element type, received i32[2], i32[2]; element type i32 is not one of f32. Hint: use broadcastTo or cast [${f.name}.operands]`,
        () => f(ints, ints),
      ] as const,
  ),
  ...[lt, le].map(
    (f) =>
      [
        `${f.name}: expected operands of one shape and element type, received bool[2], bool[2]; element type bool is not one of f32, i32, u8. Hint: use broadcastTo or cast [${f.name}.operands]`,
        () => f(flags, flags),
      ] as const,
  ),
  ...[and, or].map(
    (f) =>
      [
        `${f.name}: expected operands of one shape and element type, received i32[2], i32[2]; element type i32 is not one of bool. Hint: use broadcastTo or cast [${f.name}.operands]`,
        () => f(ints, ints),
      ] as const,
  ),
  [
    'eq: expected operands of one shape and element type, received i32[2], bool[2]; element types i32 and bool differ. Hint: use broadcastTo or cast [eq.operands]',
    () => eq(ints, flags),
  ],
  [
    'add: expected operands of one shape and element type, received f32[2, 3], bool[2]; element types f32 and bool differ; shapes [2, 3] and [2] differ. Hint: use broadcastTo or cast [add.operands]',
    raw('add', [matrix, flags], {}),
  ],
  ['add: expected 2 operands, received 1 of types [f32[2, 3]]. [add.operands]', raw('add', [matrix], {})],
  [
    'add: expected at least one tensor, received the numbers 1 and 2. Hint: compute it in JavaScript, or make a tensor with constant() [broadcast.numbers]',
    () => add(1, 2),
  ],
  [
    'mul: expected shapes that are equal or 1 in every axis, aligned at the last, received [2, 3] and [2]. Hint: reshape one operand so that its axes line up [broadcast.shapes]',
    () => mul(matrix, ints),
  ],
  [
    'constant: expected one value, or one for each element; 0.5 is not a value of i32. [constant.operands]',
    () => add(ints, 0.5),
  ],
  [
    'where: expected a bool condition and two operands of one element type, all of one shape, received i32[2], f32[2], i32[2]; the condition is i32, not bool; element types f32 and i32 differ. Hint: use broadcastTo or cast [where.operands]',
    () => where(ints, tensor([2]), ints),
  ],
  [
    'where: expected a bool condition and two operands of one element type, all of one shape, received bool[2], f32[2, 3], f32[]; shapes [2] and [2, 3] differ; shapes [2] and [] differ. Hint: use broadcastTo or cast [where.operands]',
    raw('where', [flags, matrix, scalar], {}),
  ],
  [
    'where: expected shapes that are equal or 1 in every axis, aligned at the last, received [2] and [2, 3] and []. Hint: reshape one operand so that its axes line up [broadcast.shapes]',
    () => where(flags, matrix, 0),
  ],
  ['cast: expected 1 operand, received 0 of types []. [cast.operands]', raw('cast', [], { dtype: 'f32' })],

  // Leaves
  [
    'constant: expected one value, or one for each element; 2 values for 3 elements. [constant.operands]',
    () => constantTensor(builder, [1, 2], [3]),
  ],
  [
    'constant: expected one value, or one for each element; [-1] is not a shape; 256 is not a value of u8. [constant.operands]',
    () => constantTensor(builder, [256], [-1], 'u8'),
  ],
  [
    'constant: expected one value, or one for each element; 2 is not a value of bool. [constant.operands]',
    () => constantTensor(builder, [1, 2], [2], 'bool'),
  ],
  [
    'dimSize: expected a number, or symbols in canonical form such as 2*M*N; "N*2" is not a dimension. [dimSize.operands]',
    () => dimSize(builder, 'N*2'),
  ],
  [
    'iota: expected a shape and one of its axes; [2, 1.5] is not a shape; axis 2 is not one of the 2 axes. [iota.operands]',
    () => iota(builder, [2, 1.5], 2),
  ],
  [
    'random: expected seed, step and offset, and a shape that begins with the batch, received i32[], i32[], i32[]; [8, N] does not begin with its symbolic batch axis. [random.operands]',
    () => random(builder, [8, 'N']),
  ],
  [
    'random: expected seed, step and offset, and a shape that begins with the batch, received f32[], i32[2], i32[2]; f32[] is not an i32 scalar; i32[2] is not an i32 scalar; i32[2] is not an i32 scalar; stream -1 is not a 32-bit word; [0.5] is not a shape. [random.operands]',
    raw('random', [scalar, ints, ints], { shape: [0.5], stream: -1 }),
  ],

  // Reductions
  ['sum: expected an axis from -2 to 1, received 2 for f32[2, 3]. [sum.axis]', () => sum(matrix, { axes: [2] })],
  ['sum: expected no axis, for a scalar, received 0 for f32[]. [sum.axis]', () => sum(scalar, { axes: [0] })],
  ['sum: expected each axis once, received [0, -2] for f32[2, 3]. [sum.axes]', () => sum(matrix, { axes: [0, -2] })],
  [
    'sum: expected a numeric operand and axes of it, received bool[2]; element type bool is not one of f32, i32. Hint: convert it with cast [sum.operands]',
    () => sum(flags),
  ],
  [
    'sum: expected a numeric operand and axes of it, received f32[2, 3]; axis 2 is not one of the 2 axes; axes [2, 0] are not in ascending order, each once. Hint: convert it with cast [sum.operands]',
    raw('sum', [matrix], { axes: [2, 0], keepDims: false }),
  ],
  [
    'amax: expected a numeric operand and axes of it, received bool[2]; element type bool is not one of f32, i32. Hint: convert it with cast [amax.operands]',
    () => amax(flags),
  ],
  [
    'amax: expected a numeric operand and axes of it, received f32[0, 3]; axis 0 has no elements. Hint: convert it with cast [amax.operands]',
    () => amax(tensor([0, 3])),
  ],
  ['amax: expected an axis from -2 to 1, received 5 for f32[2, 3]. [amax.axis]', () => amax(matrix, { axes: [5] })],
  ['amax: expected each axis once, received [1, 1] for f32[2, 3]. [amax.axes]', () => amax(matrix, { axes: [1, 1] })],
  ['argmax: expected an axis from -2 to 1, received -3 for f32[2, 3]. [argmax.axis]', () => argmax(matrix, -3)],
  [
    'argmax: expected a numeric operand and an axis of it, received bool[2]; element type bool is not one of f32, i32. Hint: convert it with cast [argmax.operands]',
    () => argmax(flags),
  ],
  [
    'argmax: expected a numeric operand and an axis of it, received f32[3, 0]; axis 1 has no elements. Hint: convert it with cast [argmax.operands]',
    () => argmax(tensor([3, 0])),
  ],
  ['mean: expected an axis from -2 to 1, received 2 for f32[2, 3]. [mean.axis]', () => mean(matrix, { axes: [2] })],
  ['mean: expected each axis once, received [0, 0] for f32[2, 3]. [mean.axes]', () => mean(matrix, { axes: [0, 0] })],
  [
    'variance: expected an axis from -2 to 1, received 2 for f32[2, 3]. [variance.axis]',
    () => variance(matrix, { axes: [2] }),
  ],
  [
    'variance: expected each axis once, received [0, 0] for f32[2, 3]. [variance.axes]',
    () => variance(matrix, { axes: [0, 0] }),
  ],

  // Shape
  [
    'reshape: expected a shape of as many elements, received f32[2, 3]; [4] has 4 elements, not 6. [reshape.operands]',
    () => reshape(matrix, [4]),
  ],
  [
    'reshape: expected a shape of as many elements, received f32[N, 3]; [2*3*N] is not a shape. [reshape.operands]',
    () => reshape(batch, ['2*3*N']),
  ],
  [
    'reshape: expected one -1, and other axes whose product divides the number of elements, received f32[N, 3] to [-1, 2]. [reshape.infer]',
    () => reshape(batch, [-1, 2]),
  ],
  [
    'reshape: expected one -1, and other axes whose product divides the number of elements, received f32[2, 3] to [-1, -1]. [reshape.infer]',
    () => reshape(matrix, [-1, -1]),
  ],
  [
    'transpose: expected every axis once, received f32[2, 3]; [0, 0] is not an order of the 2 axes. [transpose.operands]',
    () => transpose(matrix, [0, 0]),
  ],
  [
    'transpose: expected an axis from -2 to 1, received 2 for f32[2, 3]. [transpose.axis]',
    () => transpose(matrix, [0, 2]),
  ],
  [
    'broadcastTo: expected axes of length 1 or of the target length, aligned at the last, received f32[2, 3]; [2, 3] does not broadcast to [3, 2]. [broadcastTo.operands]',
    () => broadcastTo(matrix, [3, 2]),
  ],
  [
    'broadcastTo: expected axes of length 1 or of the target length, aligned at the last, received f32[]; [-2] is not a shape. [broadcastTo.operands]',
    () => broadcastTo(scalar, [-2]),
  ],
  [
    'slice: expected an axis from -2 to 1, received 2 for f32[2, 3]. [slice.axis]',
    () => slice(matrix, { axes: [2], starts: [0] }),
  ],
  [
    'slice: expected one start, end and step for each listed axis, received f32[N, 3]; axes, starts, ends and steps differ in length; an axis is listed twice; axis 0 of symbolic length N can only be taken whole; axis 0 of symbolic length N can only be taken whole. [slice.options]',
    () => slice(batch, { axes: [0, -2], starts: [1, 1], ends: [2] }),
  ],
  [
    'slice: expected positions inside each axis and positive steps, received f32[2, 3]; step 0 of axis 1 is not a positive integer. [slice.operands]',
    () => slice(matrix, { axes: [1], steps: [0] }),
  ],
  [
    'slice: expected positions inside each axis and positive steps, received f32[N, 3]; axis 0 of symbolic length N is not taken whole; positions 2 to 4 are not in order inside axis 1 of length 3. [slice.operands]',
    raw('slice', [batch], { starts: [0, 2], ends: [3, 4], steps: [1, 1] }),
  ],
  [
    'slice: expected positions inside each axis and positive steps, received f32[2, 3]; starts, ends and steps do not have one entry for each axis. [slice.operands]',
    raw('slice', [matrix], { starts: [0], ends: [2, 3], steps: [1, 1] }),
  ],
  [
    'pad: expected an axis from -2 to 1, received 2 for f32[2, 3]. [pad.axis]',
    () => pad(matrix, { axes: [2], before: [1] }),
  ],
  [
    'pad: expected lists of one length, and each axis once, received f32[2, 3] with {"before":[1],"after":[1,2]}. [pad.options]',
    () => pad(matrix, { before: [1], after: [1, 2] }),
  ],
  [
    'pad: expected copies before, after and between the elements of each axis, received f32[N, 3]; axis 0 of symbolic length N cannot be padded; [-1, 0, 0] copies on axis 1 are not all integers of at least 0. [pad.operands]',
    () => pad(batch, { before: [1, -1] }),
  ],
  [
    'pad: expected copies before, after and between the elements of each axis, received f32[2, 3]; before, after and interior do not have one entry for each axis. [pad.operands]',
    raw('pad', [matrix], { before: [], after: [0, 0], interior: [0, 0], value: 0 }),
  ],
  ['concat: expected at least one tensor, received none. [concat.empty]', () => concat([], 0)],
  ['concat: expected an axis from -2 to 1, received 2 for f32[2, 3]. [concat.axis]', () => concat([matrix, matrix], 2)],
  ['concat: expected 1 operand, received 0 of types []. [concat.operands]', raw('concat', [], { axis: 0 })],
  [
    'concat: expected tensors of one element type that differ only in the joined axis, received f32[2, 3], i32[2], f32[N, 3]; element types f32 and i32 differ; shapes [2, 3] and [2] differ in an axis other than 0; axis 0 of [N, 3] has symbolic length. [concat.operands]',
    () => concat([matrix, ints, batch], 0),
  ],
  [
    'concat: expected tensors of one element type that differ only in the joined axis, received f32[2, 3]; axis 2 is not one of the 2 axes. [concat.operands]',
    raw('concat', [matrix], { axis: 2 }),
  ],
  ['gather: expected an axis from -2 to 1, received 2 for f32[2, 3]. [gather.axis]', () => gather(matrix, ints, 2)],
  [
    'gather: expected a tensor, i32 indices and an axis of the tensor, received f32[2, 3], f32[2, 3]; the indices are f32, not i32. [gather.operands]',
    () => gather(matrix, matrix),
  ],
  [
    'gather: expected a tensor, i32 indices and an axis of the tensor, received f32[], i32[2]; axis 0 is not one of the 0 axes. [gather.operands]',
    raw('gather', [scalar, ints], { axis: 0 }),
  ],
  [
    'gatherAdjoint: expected a gradient of a gather, and its i32 indices, received bool[2], f32[2, 3]; element type bool is not f32; the indices are f32, not i32; -1 is not a dimension; axes 0 to 2 of [2] are not those of the indices [2, 3]. [gatherAdjoint.operands]',
    () => gatherAdjoint(flags, matrix, 0, -1),
  ],
  ['flatten: expected an axis from -2 to 1, received 2 for f32[2, 3]. [flatten.axis]', () => flatten(matrix, 2)],
  ['squeeze: expected length 1 in axis 1, received f32[2, 3]. [squeeze.length]', () => squeeze(matrix, [1])],
  ['squeeze: expected an axis from -2 to 1, received 2 for f32[2, 3]. [squeeze.axis]', () => squeeze(matrix, [2])],
  ['squeeze: expected each axis once, received [0, 0] for f32[2, 3]. [squeeze.axes]', () => squeeze(matrix, [0, 0])],
  ['unsqueeze: expected an axis from -3 to 2, received 3 for f32[2, 3]. [unsqueeze.axis]', () => unsqueeze(matrix, 3)],
  ['split: expected an axis from -2 to 1, received 2 for f32[2, 3]. [split.axis]', () => split(matrix, 1, 2)],
  [
    'split: expected lengths that add up to axis 1 of f32[2, 3], received [1, 1]. [split.sizes]',
    () => split(matrix, [1, 1], 1),
  ],
  ['split: expected lengths that add up to axis 0 of f32[N, 3], received 2. [split.sizes]', () => split(batch, 2)],
  ['chunk: expected an axis from -2 to 1, received 2 for f32[2, 3]. [chunk.axis]', () => chunk(matrix, 1, 2)],
  [
    'chunk: expected at least 1 chunk of an axis without symbolic length, received 2 of axis 0 of f32[N, 3]. [chunk.chunks]',
    () => chunk(batch, 2),
  ],

  // Products
  [
    'matmul: expected f32 matrices [.., m, k] and [.., k, n] with equal batch axes, received f32[2, 3], f32[2, 3]; the first operand has 3 columns, the second 2 rows. [matmul.operands]',
    () => matmul(matrix, matrix),
  ],
  [
    'matmul: expected f32 matrices [.., m, k] and [.., k, n] with equal batch axes, received f32[], i32[2, 1]; element type i32 is not f32; [] has fewer than two axes. [matmul.operands]',
    () => matmul(scalar, ints),
  ],
  [
    'matmul: expected shapes that are equal or 1 in every axis, aligned at the last, received [2] and [3]. Hint: reshape one operand so that its axes line up [broadcast.shapes]',
    () => matmul(tensor([2, 3, 3]), tensor([3, 3, 3])),
  ],
  [
    'matmul: expected f32 matrices [.., m, k] and [.., k, n] with equal batch axes, received f32[2, 3, 3], f32[3, 3, 3]; batch axes [2] and [3] differ. [matmul.operands]',
    raw('matmul', [tensor([2, 3, 3]), tensor([3, 3, 3])], {}),
  ],
  [
    'linear: expected x [.., in], weight [out, in] and bias [out], received f32[N, 3], f32[2, 4], f32[3]; x has 3 features, the weight 4; the bias has not the 2 outputs of the weight. [linear.operands]',
    () => linear(batch, tensor([2, 4]), tensor([3])),
  ],
  [
    'linear: expected x [.., in], weight [out, in], received f32[], f32[2]; x has no axes; the weight has not two axes. [linear.operands]',
    () => linear(scalar, tensor([2])),
  ],
];

describe('messages', () => {
  it.each(cases)('%s', (message, act) => {
    expect(act).toThrow(expect.objectContaining({ name: 'NetwrightError', message }));
  });

  it('names the scope where the operation was built', () => {
    const build = (): Tensor => builder.within('layer1', () => builder.within('conv1', () => exp(ints)));
    expect(build).toThrow(
      'exp (layer1.conv1): expected an operand of element type f32, received i32[2]; element type i32 is not one of f32. Hint: convert it with cast [exp.operands]',
    );
    try {
      build();
    } catch (error) {
      expect(isNetwrightError(error, 'exp.operands') && error.scope).toBe('layer1.conv1');
    }
  });

  it('has a case for every primitive', () => {
    const unchecked = (Object.keys(primitives) as PrimitiveName[]).filter(
      (op) => !/2d/.test(op) && !cases.some(([message]) => message.startsWith(`${op}:`)),
    );
    expect(unchecked).toEqual([]);
  });

  it('leaves what needs no conversion alone', () => {
    expect(cast(matrix, 'f32')).toBe(matrix);
  });
});
