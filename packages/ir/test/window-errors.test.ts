// Every message of the convolutions and pools, once.

import { describe, expect, it } from 'vitest';
import {
  applyPrimitive,
  avgPool2d,
  conv2d,
  conv2dInputGrad,
  conv2dWeightGrad,
  convTranspose2d,
  GraphBuilder,
  maxPool2d,
  primitives,
  tensorType,
  type AvgPool2dAttrs,
  type Conv2dAttrs,
  type DType,
  type MaxPool2dAttrs,
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

function raw<K extends PrimitiveName>(op: K, operands: readonly Tensor[], attrs: PrimitiveAttrs[K]): () => Tensor {
  return () => applyPrimitive(primitives[op] as Primitive<K>, operands, attrs, builder);
}

const image = tensor(['N', 4, 5, 6]);
const labels = tensor(['N', 4, 5, 6], 'i32');
const matrix = tensor(['N', 4]);
const kernel = tensor([6, 4, 3, 3]);
const CONV: Conv2dAttrs = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 };
const MAX: MaxPool2dAttrs = {
  kernel: [2, 2],
  stride: [2, 2],
  padding: [0, 0, 0, 0],
  dilation: [1, 1],
  ceilMode: false,
};
const AVG: AvgPool2dAttrs = {
  kernel: [2, 2],
  stride: [2, 2],
  padding: [0, 0, 0, 0],
  ceilMode: false,
  countIncludePad: true,
};

const cases: readonly (readonly [message: string, act: () => unknown])[] = [
  [
    'conv2d: expected 2 operands, received 1 of types [f32[N, 4, 5, 6]]. [conv2d.operands]',
    raw('conv2d', [image], CONV),
  ],
  [
    'conv2d: expected f32 images [N, C, H, W] and kernels [O, C / groups, KH, KW] that fit together, received f32[N, 4], i32[4, 4]; element type i32 is not f32; the input is not [N, C, H, W] with fixed C, H and W; the weight is not [O, C / groups, KH, KW] with fixed sizes. Hint: check channels, groups and padding [conv2d.operands]',
    () => conv2d(matrix, tensor([4, 4], 'i32')),
  ],
  [
    'conv2d: expected f32 images [N, C, H, W] and kernels [O, C / groups, KH, KW] that fit together, received f32[N, 4, 5, 6], f32[5, 3, 7, 3]; stride, dilation and groups must be positive integers; padding must be non-negative integers; 4 input channels are not 2 groups of 3; 5 output channels do not divide into 2 groups. Hint: check channels, groups and padding [conv2d.operands]',
    () => conv2d(image, tensor([5, 3, 7, 3]), { stride: 0, padding: -1, groups: 2 }),
  ],
  [
    'conv2d: expected f32 images [N, C, H, W] and kernels [O, C / groups, KH, KW] that fit together, received f32[N, 4, 5, 6], f32[6, 4, 6, 3]; the kernel 6 x 3 does not fit into the padded input. Hint: check channels, groups and padding [conv2d.operands]',
    () => conv2d(image, tensor([6, 4, 6, 3])),
  ],
  [
    'conv2d: expected a bias f32[6], received i32[4]; element type i32 is not f32; the bias has not one number for each of the 6 output channels. [conv2d.operands]',
    () => conv2d(image, kernel, { bias: tensor([4], 'i32') }),
  ],
  [
    'conv2d: expected f32 images [N, C, H, W] and kernels [O, C / groups, KH, KW] that fit together, received f32[N, 4], f32[6, 4, 3, 3]; the input is not [N, C, H, W] with fixed C, H and W. Hint: check channels, groups and padding [conv2d.operands]',
    () => conv2d(matrix, kernel, { padding: 'same' }),
  ],
  [
    'conv2dInputGrad: expected 2 operands, received 1 of types [f32[N, 4, 5, 6]]. [conv2dInputGrad.operands]',
    raw('conv2dInputGrad', [image], { ...CONV, inputSize: [5, 6] }),
  ],
  [
    'conv2dInputGrad: expected f32 images [N, C, H, W] and kernels [O, C / groups, KH, KW] that fit together, received f32[N, 4], f32[N, 4]; the gradient is not [N, O, OH, OW] with fixed O, OH and OW; the weight is not [O, C / groups, KH, KW] with fixed sizes. Hint: check channels, groups and padding [conv2dInputGrad.operands]',
    () => conv2dInputGrad(matrix, matrix, { ...CONV, inputSize: [5, 6] }),
  ],
  [
    "conv2dInputGrad: expected f32 images [N, C, H, W] and kernels [O, C / groups, KH, KW] that fit together, received f32[N, 4, 5, 6], f32[5, 4, 3, 3]; 4 channels of the gradient are not the weight's 5 outputs; 4 output channels do not divide into 3 groups; inputSize 0 x 6.5 is not positive integers; an input of 0 x 6.5 gives -2 x 4, the gradient is 5 x 6. Hint: check channels, groups and padding [conv2dInputGrad.operands]",
    () => conv2dInputGrad(image, tensor([5, 4, 3, 3]), { ...CONV, groups: 3, inputSize: [0, 6.5] }),
  ],
  [
    'conv2dWeightGrad: expected 2 operands, received 1 of types [f32[N, 4, 5, 6]]. [conv2dWeightGrad.operands]',
    raw('conv2dWeightGrad', [image], { ...CONV, kernel: [3, 3] }),
  ],
  [
    'conv2dWeightGrad: expected f32 images [N, C, H, W] and kernels [O, C / groups, KH, KW] that fit together, received f32[N, 4], f32[N, 4]; the input is not [N, C, H, W] with fixed C, H and W; the gradient is not [N, O, OH, OW] with fixed O, OH and OW. Hint: check channels, groups and padding [conv2dWeightGrad.operands]',
    () => conv2dWeightGrad(matrix, matrix, { ...CONV, kernel: [3, 3] }),
  ],
  [
    'conv2dWeightGrad: expected f32 images [N, C, H, W] and kernels [O, C / groups, KH, KW] that fit together, received f32[N, 4, 5, 6], f32[2, 6, 2, 2]; batches of N and 2 differ; channels do not divide into 3 groups; kernel 0 x 3 is not positive integers; a kernel of 0 x 3 gives 6 x 4, the gradient is 2 x 2. Hint: check channels, groups and padding [conv2dWeightGrad.operands]',
    () => conv2dWeightGrad(image, tensor([2, 6, 2, 2]), { ...CONV, groups: 3, kernel: [0, 3] }),
  ],
  [
    'convTranspose2d: expected images x [N, I, H, W] and a weight [I, O / groups, KH, KW] that fit together, received f32[N, 4], f32[N, 4]; x is not [N, I, H, W] with fixed I, H and W; the weight is not [I, O / groups, KH, KW] with fixed sizes. [convTranspose2d.operands]',
    () => convTranspose2d(matrix, matrix),
  ],
  [
    'convTranspose2d: expected images x [N, I, H, W] and a weight [I, O / groups, KH, KW] that fit together, received f32[N, 4, 5, 6], f32[4, 2, 3, 3]; outputPadding 2 x 0 is not less than the larger of stride and dilation. [convTranspose2d.operands]',
    () => convTranspose2d(image, tensor([4, 2, 3, 3]), { outputPadding: [2, 0], stride: 2 }),
  ],
  [
    'convTranspose2d: expected images x [N, I, H, W] and a weight [I, O / groups, KH, KW] that fit together, received f32[N, 4, 5, 6], f32[6, 4, 3, 3]; x has 4 channels, the weight 6 rows. [convTranspose2d.operands]',
    () => convTranspose2d(image, kernel),
  ],
  [
    'convTranspose2d: expected images x [N, I, H, W] and a weight [I, O / groups, KH, KW] that fit together, received f32[N, 4, 5, 6], f32[4, 2, 1, 1]; padding leaves -1 x 0 of the result. [convTranspose2d.operands]',
    () => convTranspose2d(image, tensor([4, 2, 1, 1]), { padding: 3 }),
  ],
  [
    'convTranspose2d: expected a bias f32[2], received f32[4]; the bias has not one number for each of the 2 output channels. [convTranspose2d.operands]',
    () => convTranspose2d(image, tensor([4, 2, 1, 1]), { bias: tensor([4]) }),
  ],
  ['maxPool2d: expected 1 operand, received 0 of types []. [maxPool2d.operands]', raw('maxPool2d', [], MAX)],
  [
    'maxPool2d: expected images [N, C, H, W] with fixed C, H and W into which the window fits, received i32[N, 4, 5, 6]; element type i32 is not f32. [maxPool2d.operands]',
    () => maxPool2d(labels, { kernel: 2 }),
  ],
  [
    'maxPool2d: expected images [N, C, H, W] with fixed C, H and W into which the window fits, received f32[N, 4]; the input is not [N, C, H, W] with fixed C, H and W. [maxPool2d.operands]',
    () => maxPool2d(matrix, { kernel: 2 }),
  ],
  [
    'maxPool2d: expected images [N, C, H, W] with fixed C, H and W into which the window fits, received f32[N, 4, 5, 6]; the window does not fit into the padded input. [maxPool2d.operands]',
    () => maxPool2d(image, { kernel: 7 }),
  ],
  [
    'maxPool2d: expected images [N, C, H, W] with fixed C, H and W into which the window fits, received f32[N, 4, 5, 6]; kernel, stride and dilation must be positive integers; padding must be non-negative integers; padding is more than half of the window. [maxPool2d.operands]',
    () => maxPool2d(image, { kernel: 2, stride: 0, padding: 1.5 }),
  ],
  [
    'maxPool2dIndices: expected images [N, C, H, W] with fixed C, H and W into which the window fits, received f32[N, 4]; the input is not [N, C, H, W] with fixed C, H and W. [maxPool2dIndices.operands]',
    raw('maxPool2dIndices', [matrix], MAX),
  ],
  [
    'maxPool2dSelect: expected images [N, C, H, W] with fixed C, H and W into which the window fits, received f32[N, 4, 5, 6], f32[N, 4, 5, 6]; the indices are not i32 of the shape of the pooled image. [maxPool2dSelect.operands]',
    raw('maxPool2dSelect', [image, image], MAX),
  ],
  [
    'maxPool2dScatter: expected images [N, C, H, W] with fixed C, H and W into which the window fits, received f32[N, 4, 5, 6], i32[N, 4, 5, 6]; an input of 4 x 4 gives 2 x 2, the gradient is 5 x 6. [maxPool2dScatter.operands]',
    raw('maxPool2dScatter', [image, labels], { ...MAX, inputSize: [4, 4] }),
  ],
  [
    'maxPool2dScatter: expected images [N, C, H, W] with fixed C, H and W into which the window fits, received f32[N, 4], f32[N, 4]; the gradient is not [N, C, OH, OW] with fixed C, OH and OW; the indices are not i32 of the shape of the pooled image. [maxPool2dScatter.operands]',
    raw('maxPool2dScatter', [matrix, matrix], { ...MAX, inputSize: [4, 4] }),
  ],
  [
    'avgPool2d: expected images [N, C, H, W] with fixed C, H and W into which the window fits, received f32[N, 4]; the input is not [N, C, H, W] with fixed C, H and W. [avgPool2d.operands]',
    () => avgPool2d(matrix, { kernel: 2 }),
  ],
  [
    'avgPool2dAdjoint: expected images [N, C, H, W] with fixed C, H and W into which the window fits, received i32[N, 4, 5, 6]; element type i32 is not f32. [avgPool2dAdjoint.operands]',
    raw('avgPool2dAdjoint', [labels], { ...AVG, inputSize: [10, 12] }),
  ],
];

describe('messages', () => {
  it.each(cases)('%s', (message, act) => {
    expect(act).toThrow(expect.objectContaining({ name: 'NetwrightError', message }));
  });
});
