// Public functions over primitives, with the PyTorch expression that means the same; `golden-functions.json` has its values.

import {
  add,
  amax,
  amin,
  argmax,
  broadcastTo,
  cast,
  chunk,
  concat,
  constantLike,
  constantTensor,
  dimSize,
  div,
  flatten,
  gather,
  ge,
  gt,
  iota,
  le,
  linear,
  lt,
  matmul,
  maximum,
  mean,
  minimum,
  mul,
  ne,
  pad,
  pow,
  reciprocal,
  reshape,
  rsqrt,
  slice,
  split,
  square,
  squeeze,
  stack,
  sub,
  sum,
  transpose,
  unsqueeze,
  variance,
  where,
  type PrimitiveSample,
  type Shape,
  type Tensor,
} from '../src/index.ts';
import { integers, normal, truths, uniform } from '../src/ops/sample-inputs.ts';

export interface FunctionCase {
  /** A PyTorch expression in the inputs a, b, c, ... */
  readonly torch: string;
  readonly inputs: PrimitiveSample['inputs'];
  /** False where the value has a kink at the data, so that differences say nothing. Default true. */
  readonly smooth?: boolean;
  /** Whether it must also be right in single precision. Default false. */
  readonly single?: boolean;
  build(...inputs: readonly Tensor[]): Tensor;
}

/** Symbolic dimensions of the cases. */
export const DIMS: Readonly<Record<string, number>> = { N: 3, M: 2 };

function f32(...shapes: readonly Shape[]): PrimitiveSample['inputs'] {
  return shapes.map(normal);
}

export const functionCases: readonly FunctionCase[] = [
  // Broadcasting and numbers
  { torch: 'a + b', inputs: f32([2, 3], [3]), build: (a, b) => add(a, b) },
  { torch: 'a + b', inputs: f32([4, 1, 3], [2, 1]), build: (a, b) => add(a, b) },
  { torch: 'a + b', inputs: f32(['N', 4], [1, 4]), build: (a, b) => add(a, b) },
  { torch: 'a + 2.5', inputs: f32([2, 3]), build: (a) => add(a, 2.5) },
  { torch: '1 - a', inputs: f32([2, 3]), build: (a) => sub(1, a) },
  { torch: 'a - 0.5', inputs: f32([2, 3]), build: (a) => sub(a, 0.5) },
  { torch: 'a * b * 3', inputs: f32([2, 3], []), build: (a, b) => mul(3, mul(a, b)) },
  { torch: '2 / a', inputs: [uniform([5], 0.5, 2)], build: (a) => div(2, a) },
  { torch: 'a / b', inputs: [normal([3, 5]), uniform([5], 0.5, 2)], build: (a, b) => div(a, b) },
  { torch: '2 ** a', inputs: f32([5]), build: (a) => pow(2, a) },
  { torch: 'a ** 0', inputs: f32([5]), build: (a) => pow(a, 0) },
  { torch: 'a ** 1', inputs: f32([5]), build: (a) => pow(a, 1) },
  { torch: 'a ** 2', inputs: f32([5]), build: (a) => pow(a, 2) },
  { torch: 'a ** 3', inputs: f32([5]), build: (a) => pow(a, 3) },
  { torch: 'a ** -0.75', inputs: [uniform([5], 0.5, 2)], build: (a) => pow(a, -0.75) },
  { torch: 'a ** torch.zeros_like(a)', inputs: f32([5]), build: (a) => pow(a, constantLike(a, 0)) },
  { torch: 'torch.maximum(a, torch.tensor(0.3))', inputs: f32([9]), build: (a) => maximum(a, 0.3) },
  { torch: 'torch.minimum(torch.tensor(0.3), a)', inputs: f32([9]), build: (a) => minimum(0.3, a) },
  { torch: 'a > 0.2', inputs: f32([4, 4]), build: (a) => gt(a, 0.2) },
  { torch: 'a >= b', inputs: [integers([4, 4], 0, 3), integers([4], 0, 3)], build: (a, b) => ge(a, b) },
  { torch: 'a < 1', inputs: [integers([4, 4], 0, 3)], build: (a) => lt(a, 1) },
  { torch: 'a <= 1', inputs: [integers([4, 4], 0, 3)], build: (a) => le(a, 1) },
  { torch: '1 < a', inputs: [integers([4, 4], 0, 3)], build: (a) => lt(1, a) },
  { torch: 'a != b', inputs: [integers([4, 4], 0, 3), integers([4, 1], 0, 3)], build: (a, b) => ne(a, b) },
  {
    torch: 'torch.where(a, b, torch.tensor(0.))',
    inputs: [truths([3, 1]), normal([4])],
    build: (a, b) => where(a, b, 0),
  },
  { torch: 'torch.where(a, 1., -1.)', inputs: [truths([6])], build: (a) => where(a, 1, -1) },
  { torch: 'a.double() * 0.5', inputs: [integers([6], 0, 256, 'u8')], build: (a) => mul(cast(a, 'f32'), 0.5) },
  { torch: 'a', inputs: f32([3]), build: (a) => cast(a, 'f32') },

  // Reductions
  { torch: 'a.sum()', inputs: f32([2, 3, 4]), build: (a) => sum(a) },
  { torch: 'a.sum((0, 2))', inputs: f32([2, 3, 4]), build: (a) => sum(a, { axes: [-1, 0] }) },
  { torch: 'a.sum(1, keepdim=True)', inputs: f32([2, 3, 4]), build: (a) => sum(a, { axes: [1], keepDims: true }) },
  { torch: 'a', inputs: f32([2, 3]), build: (a) => sum(a, { axes: [] }) },
  { torch: 'a.sum((0, 1))', inputs: f32(['N', 'M', 4]), build: (a) => sum(a, { axes: [0, 1] }) },
  { torch: 'a.amax()', inputs: f32([2, 5]), build: (a) => amax(a) },
  { torch: 'a.amax(-1, keepdim=True)', inputs: f32([2, 5]), build: (a) => amax(a, { axes: [-1], keepDims: true }) },
  { torch: 'a', inputs: f32([2, 5]), build: (a) => amax(a, { axes: [] }) },
  { torch: 'a.amin((0, 1))', inputs: f32(['N', 2, 5]), build: (a) => amin(a, { axes: [0, 1] }) },
  { torch: 'a.argmax(-1)', inputs: f32(['N', 7]), build: (a) => argmax(a) },
  { torch: 'a.argmax(0)', inputs: f32([6, 2]), build: (a) => argmax(a, 0) },
  { torch: 'a.mean()', inputs: f32([3, 4]), build: (a) => mean(a) },
  {
    torch: 'a.mean((0, 2, 3), keepdim=True)',
    inputs: f32(['N', 2, 3, 4]),
    build: (a) => mean(a, { axes: [0, 2, 3], keepDims: true }),
  },
  { torch: 'a.var(1)', inputs: f32([3, 5]), build: (a) => variance(a, { axes: [1] }) },
  {
    torch: 'a.var((0, 2, 3), unbiased=False, keepdim=True)',
    inputs: f32(['N', 2, 3, 3]),
    build: (a) => variance(a, { axes: [0, 2, 3], keepDims: true, correction: 0 }),
  },
  { torch: 'a.var((0, 2, 3))', inputs: f32(['N', 2, 3, 3]), build: (a) => variance(a, { axes: [0, 2, 3] }) },
  { torch: 'a.var()', inputs: f32([7]), build: (a) => variance(a) },
  { torch: 'a.sum() * (3 * 2 * 5)', inputs: f32(['N']), build: (a) => mul(sum(a), dimSize(a.builder, '5*M*N')) },
  { torch: 'a.sum() * 4', inputs: f32(['N']), build: (a) => mul(sum(a), dimSize(a.builder, 4)) },

  // Powers
  { torch: 'a.square()', inputs: f32([5]), build: (a) => square(a) },
  { torch: 'a.reciprocal()', inputs: [uniform([5], 0.5, 2)], build: (a) => reciprocal(a) },
  { torch: 'a.rsqrt()', inputs: [uniform([5], 0.5, 2)], build: (a) => rsqrt(a) },

  // Shape
  { torch: 'a.reshape(3, 2, 6)', inputs: f32([3, 12]), build: (a) => reshape(a, [3, -1, 6]) },
  { torch: 'a.reshape(3, 8)', inputs: f32(['N', 2, 4]), build: (a) => reshape(a, ['N', -1]) },
  { torch: 'a.reshape(6, 4)', inputs: f32(['N', 2, 4]), build: (a) => reshape(a, [-1, 4]) },
  { torch: 'a', inputs: f32([2, 3]), build: (a) => reshape(a, [2, 3]) },
  { torch: 'a.flatten()', inputs: f32([2, 3, 4]), build: (a) => flatten(a) },
  { torch: 'a.flatten(1)', inputs: f32(['N', 2, 3]), build: (a) => flatten(a, 1) },
  { torch: 'a.flatten(-2)', inputs: f32([2, 3, 4]), build: (a) => flatten(a, -2) },
  { torch: 'a.flatten()', inputs: f32([]), build: (a) => flatten(a) },
  { torch: 'a.squeeze()', inputs: f32([1, 3, 1]), build: (a) => squeeze(a) },
  { torch: 'a.squeeze(-1)', inputs: f32([1, 3, 1]), build: (a) => squeeze(a, [-1]) },
  { torch: 'a.unsqueeze(0)', inputs: f32([2, 3]), build: (a) => unsqueeze(a, 0) },
  { torch: 'a.unsqueeze(-1)', inputs: f32([2, 3]), build: (a) => unsqueeze(a, -1) },
  { torch: 'a.unsqueeze(1)', inputs: f32([2, 3]), build: (a) => unsqueeze(a, 1) },
  { torch: 'a.permute(2, 0, 1)', inputs: f32([2, 3, 4]), build: (a) => transpose(a, [-1, 0, 1]) },
  { torch: 'a.permute(2, 1, 0)', inputs: f32([2, 3, 'N']), build: (a) => transpose(a) },
  { torch: 'a', inputs: f32([2, 3]), build: (a) => transpose(a, [0, 1]) },
  { torch: 'a.expand(3, 2, 4)', inputs: f32([2, 1]), build: (a) => broadcastTo(a, ['N', 2, 4]) },
  { torch: 'a[1:3]', inputs: f32([4, 2]), build: (a) => slice(a, { starts: [1], ends: [3] }) },
  { torch: 'a[:, -3:-1]', inputs: f32([2, 5]), build: (a) => slice(a, { axes: [-1], starts: [-3], ends: [-1] }) },
  { torch: 'a[:, 1::2]', inputs: f32(['N', 6]), build: (a) => slice(a, { axes: [1], starts: [1], steps: [2] }) },
  { torch: 'a[-9:2]', inputs: f32([4]), build: (a) => slice(a, { starts: [-9], ends: [2] }) },
  { torch: 'a[2:99]', inputs: f32([4]), build: (a) => slice(a, { starts: [2], ends: [99] }) },
  { torch: 'a[3:1]', inputs: f32([4]), build: (a) => slice(a, { starts: [3], ends: [1] }) },
  { torch: 'a', inputs: f32([4]), build: (a) => slice(a, { starts: [0] }) },
  {
    torch: 'F.pad(a, (1, 2), value=-1.)',
    inputs: f32(['N', 3]),
    build: (a) => pad(a, { axes: [-1], before: [1], after: [2], value: -1 }),
  },
  { torch: 'F.pad(a, (0, 0, 2, 0))', inputs: f32([2, 3]), build: (a) => pad(a, { before: [2] }) },
  { torch: 'a', inputs: f32([2, 3]), build: (a) => pad(a, { before: [0, 0] }) },
  { torch: 'torch.cat([a, b], -1)', inputs: f32(['N', 2], ['N', 3]), build: (a, b) => concat([a, b], -1) },
  { torch: 'a', inputs: f32([2]), build: (a) => concat([a], 0) },
  { torch: 'torch.stack([a, b])', inputs: f32([2, 3], [2, 3]), build: (a, b) => stack([a, b]) },
  { torch: 'torch.stack([a, b, a], -1)', inputs: f32(['N', 3], ['N', 3]), build: (a, b) => stack([a, b, a], -1) },
  {
    torch: 'torch.cat(torch.split(a, 2)[::-1])',
    inputs: f32([5, 2]),
    build: (a) => concat(split(a, 2).toReversed(), 0),
  },
  {
    torch: 'torch.cat(torch.split(a, [1, 4], 1)[::-1], 1)',
    inputs: f32(['N', 5]),
    build: (a) => concat(split(a, [1, 4], -1).toReversed(), 1),
  },
  {
    torch: 'torch.cat(torch.chunk(a, 3, 1)[::-1], 1)',
    inputs: f32(['N', 7]),
    build: (a) => concat(chunk(a, 3, 1).toReversed(), 1),
  },
  { torch: 'torch.cat(torch.chunk(a, 4)[::-1])', inputs: f32([5]), build: (a) => concat(chunk(a, 4).toReversed(), 0) },
  { torch: 'a.index_select(1, b)', inputs: [normal(['N', 5]), integers([3], 0, 5)], build: (a, b) => gather(a, b, -1) },
  { torch: 'a[b.long()]', inputs: [normal(['N', 2]), integers([2, 2], 0, 3)], build: (a, b) => gather(a, b) },
  { torch: 'a + torch.arange(4)', inputs: f32([4]), build: (a) => add(a, cast(iota(a.builder, [4]), 'f32')) },
  {
    torch: 'a * torch.tensor([[1., 2., 3.], [4., 5., 6.]])',
    inputs: f32([2, 3]),
    build: (a) => mul(a, constantTensor(a.builder, [1, 2, 3, 4, 5, 6], [2, 3])),
  },

  // Products
  { torch: 'a @ b', inputs: f32([2, 3], [3, 4]), build: (a, b) => matmul(a, b) },
  { torch: 'a @ b', inputs: f32(['N', 2, 3], [3, 4]), build: (a, b) => matmul(a, b) },
  { torch: 'a @ b', inputs: f32(['N', 2, 5, 3], [3, 4]), build: (a, b) => matmul(a, b) },
  { torch: 'a @ b', inputs: f32([2, 3], ['N', 3, 4]), build: (a, b) => matmul(a, b) },
  { torch: 'a @ b', inputs: f32(['N', 1, 2, 3], [2, 3, 4]), build: (a, b) => matmul(a, b) },
  { torch: 'a @ b', inputs: f32([3], [3]), build: (a, b) => matmul(a, b) },
  { torch: 'a @ b', inputs: f32([3], [3, 2]), build: (a, b) => matmul(a, b) },
  { torch: 'a @ b', inputs: f32([2, 3], [3]), build: (a, b) => matmul(a, b) },
  { torch: 'a @ b', inputs: f32([3], ['N', 3, 2]), build: (a, b) => matmul(a, b) },
  { torch: 'a @ b', inputs: f32(['N', 2, 3], [3]), build: (a, b) => matmul(a, b) },
  { torch: 'a @ b', inputs: f32([0, 2, 3], [3, 2]), build: (a, b) => matmul(a, b) },
  { torch: 'F.linear(a, b)', inputs: f32(['N', 4], [3, 4]), build: (a, b) => linear(a, b) },
  { torch: 'F.linear(a, b, c)', inputs: f32(['N', 4], [3, 4], [3]), build: (a, b, c) => linear(a, b, c) },
  { torch: 'F.linear(a, b, c)', inputs: f32(['N', 'M', 4], [3, 4], [3]), build: (a, b, c) => linear(a, b, c) },
  { torch: 'F.linear(a, b, c)', inputs: f32([4], [3, 4], [3]), build: (a, b, c) => linear(a, b, c) },
];

/** Data of a case's inputs needs concrete shapes. */
export function bound(inputs: PrimitiveSample['inputs']): PrimitiveSample['inputs'] {
  return inputs.map(({ type, fill }) => ({
    type: { ...type, shape: type.shape.map((dim) => (typeof dim === 'string' ? DIMS[dim] : dim)) },
    fill,
  }));
}
