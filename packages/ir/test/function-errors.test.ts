// Every message of the functions and losses of networks, once.

import { describe, expect, it } from 'vitest';
import {
  adaptiveAvgPool2d,
  adaptiveMaxPool2d,
  batchNorm,
  batchNormInference,
  binaryCrossEntropyWithLogits,
  constantLike,
  crossEntropy,
  crossEntropyLoss,
  dropout,
  dropPath,
  embedding,
  globalAvgPool2d,
  GraphBuilder,
  groupNorm,
  instanceNorm,
  l1Loss,
  layerNorm,
  localResponseNorm,
  logSoftmax,
  meanSquaredError,
  mseLoss,
  multiHeadSelfAttention,
  nllLoss,
  oneHot,
  scaledDotProductAttention,
  smoothL1Loss,
  softmax,
  tensorType,
  upsampleBilinear,
  upsampleNearest,
  type DType,
  type Shape,
  type Tensor,
} from '../src/index.ts';

const builder = new GraphBuilder();
let inputs = 0;

function tensor(shape: Shape, dtype: DType = 'f32'): Tensor {
  return builder.input(`x${String(inputs++)}`, tensorType(dtype, shape));
}

const image = tensor(['N', 4, 5, 6]);
const matrix = tensor(['N', 4]);
const vector = tensor([4]);
const labels = tensor(['N'], 'i32');
const norm = { weight: vector, bias: vector, runningMean: vector, runningVar: vector };

const cases: readonly (readonly [message: string, act: () => unknown])[] = [
  ['softmax: expected an axis from -2 to 1, received 2 for f32[N, 4]. [softmax.axis]', () => softmax(matrix, 2)],
  [
    'logSoftmax: expected an axis from -2 to 1, received -3 for f32[N, 4]. [logSoftmax.axis]',
    () => logSoftmax(matrix, -3),
  ],
  [
    'batchNorm: expected x [N, C, ...], and weight, bias, runningMean and runningVar [C], received i32[N], f32[4], f32[4], f32[4], f32[4]; element type i32 is not f32; x has no channel axis. [batchNorm.operands]',
    () => batchNorm(labels, norm),
  ],
  [
    'batchNorm: expected x [N, C, ...], and weight, bias, runningMean and runningVar [C], received f32[N, 4], f32[4], f32[3], f32[4], i32[4]; bias is not f32[4]; runningVar is not f32[4]. [batchNorm.operands]',
    () => batchNorm(matrix, { ...norm, bias: tensor([3]), runningVar: tensor([4], 'i32') }),
  ],
  [
    'batchNormInference: expected x [N, C, ...], and weight, bias, runningMean and runningVar [C], received f32[N, 4, 5, 6], f32[N, 4], f32[4], f32[4], f32[4]; weight is not f32[4]. [batchNormInference.operands]',
    () => batchNormInference(image, { ...norm, weight: matrix }),
  ],
  [
    'layerNorm: expected x whose last axes are [6, 5], and weight and bias of that shape, received f32[N, 4, 5, 6], f32[4], i32[N]; element type i32 is not f32; the last axes of x are not [6, 5]; the weight is not [6, 5]; the bias is not [6, 5]. [layerNorm.operands]',
    () => layerNorm(image, { normalizedShape: [6, 5], weight: vector, bias: labels }),
  ],
  [
    'layerNorm: expected x whose last axes are [], and weight and bias of that shape, received f32[4]; normalizedShape names no axis. [layerNorm.operands]',
    () => layerNorm(vector, { normalizedShape: [] }),
  ],
  [
    'groupNorm: expected x [N, C, ...] whose channels divide into the groups, and weight and bias [C], received f32[N, 4, 5, 6], f32[3], i32[N]; element type i32 is not f32; 4 channels do not divide into 3 groups; the weight has not one number for each of the 4 channels; the bias has not one number for each of the 4 channels. [groupNorm.operands]',
    () => groupNorm(image, 3, { weight: tensor([3]), bias: labels }),
  ],
  [
    'groupNorm: expected x [N, C, ...] whose channels divide into the groups, and weight and bias [C], received f32[4]; x has no channel axis of fixed length. [groupNorm.operands]',
    () => groupNorm(vector, 1),
  ],
  [
    'instanceNorm: expected x [N, C, ...] whose channels divide into the groups, and weight and bias [C], received f32[N, M]; x has no channel axis of fixed length. [instanceNorm.operands]',
    () => instanceNorm(tensor(['N', 'M'])),
  ],
  [
    'localResponseNorm: expected x [N, C, ...] and a number of channels, received i32[N, M]; element type i32 is not f32; x has no channel axis of fixed length; size 0 is not a positive integer. [localResponseNorm.operands]',
    () => localResponseNorm(tensor(['N', 'M'], 'i32'), { size: 0 }),
  ],
  [
    'globalAvgPool2d: expected f32 images [N, C, H, W], received i32[N]; element type i32 is not f32; x is not [N, C, H, W]. [globalAvgPool2d.operands]',
    () => globalAvgPool2d(labels),
  ],
  [
    'adaptiveAvgPool2d: expected f32 images [N, C, H, W] and an output size, received f32[N, 4]; x is not [N, C, H, W] with fixed C, H and W; the output size 0 x 2 is not positive integers. [adaptiveAvgPool2d.operands]',
    () => adaptiveAvgPool2d(matrix, [0, 2]),
  ],
  [
    'adaptiveMaxPool2d: expected f32 images [N, C, H, W] and an output size, received f32[N, 4, H, 6]; x is not [N, C, H, W] with fixed C, H and W. [adaptiveMaxPool2d.operands]',
    () => adaptiveMaxPool2d(tensor(['N', 4, 'H', 6]), 2),
  ],
  [
    'upsampleNearest: expected f32 images [N, C, H, W] with fixed C, H and W, and a positive size or scale, received f32[N, 4] to {"scale":2}. [upsampleNearest.operands]',
    () => upsampleNearest(matrix, { scale: 2 }),
  ],
  [
    'upsampleBilinear: expected f32 images [N, C, H, W] with fixed C, H and W, and a positive size or scale, received f32[N, 4, 5, 6] to {"size":[0,3]}. [upsampleBilinear.operands]',
    () => upsampleBilinear(image, { size: [0, 3] }),
  ],
  [
    'scaledDotProductAttention: expected q [.., T, D], k [.., S, D] and v [.., S, E], received f32[4], f32[N, 4], f32[N, 4]; an operand has fewer than two axes. [scaledDotProductAttention.operands]',
    () => scaledDotProductAttention(vector, matrix, matrix),
  ],
  [
    'scaledDotProductAttention: expected q [.., T, D], k [.., S, D] and v [.., S, E], received f32[3, 5], f32[4, 6], f32[5, 6], i32[N]; q has width 5, k 6; k has 4 positions, v 5; the mask is i32, not bool or f32. [scaledDotProductAttention.operands]',
    () => scaledDotProductAttention(tensor([3, 5]), tensor([4, 6]), tensor([5, 6]), { mask: labels }),
  ],
  [
    'scaledDotProductAttention: expected q [.., T, D], k [.., S, D] and v [.., S, E], received f32[3, D], f32[4, D], f32[4, 6]; the width D of q is not fixed. [scaledDotProductAttention.operands]',
    () => scaledDotProductAttention(tensor([3, 'D']), tensor([4, 'D']), tensor([4, 6])),
  ],
  [
    'multiHeadSelfAttention: expected x [N, T, D], weights [3 * D, D] and [D, D], and a number of heads that divides D, received f32[N, 4], f32[N, 4], f32[N, 4]; x is not [N, T, D] with fixed D. [multiHeadSelfAttention.operands]',
    () => multiHeadSelfAttention(matrix, { heads: 2, inProjWeight: matrix, outProjWeight: matrix }),
  ],
  [
    'multiHeadSelfAttention: expected x [N, T, D], weights [3 * D, D] and [D, D], and a number of heads that divides D, received f32[N, 3, 4], f32[4, 4], f32[12, 4]; 4 does not divide into 3 heads; the first weight has not 3 * D rows; the second weight has not D rows. [multiHeadSelfAttention.operands]',
    () =>
      multiHeadSelfAttention(tensor(['N', 3, 4]), {
        heads: 3,
        inProjWeight: tensor([4, 4]),
        outProjWeight: tensor([12, 4]),
      }),
  ],
  [
    'oneHot: expected i32 labels and a number of classes, received f32[4]; element type f32 is not i32; 0 is not a number of classes. [oneHot.operands]',
    () => oneHot(vector, 0),
  ],
  [
    'embedding: expected i32 indices and a weight [count, width], received f32[4], f32[4]; the indices are f32, not i32; the weight is not f32 [count, width]. [embedding.operands]',
    () => embedding(vector, vector),
  ],
  ['dropout: expected a probability from 0 to 1, received 1.5. [dropout.p]', () => dropout(vector, { p: 1.5 })],
  ['dropPath: expected a probability from 0 to 1, received NaN. [dropPath.p]', () => dropPath(vector, { p: NaN })],
  [
    'crossEntropyLoss: expected f32 scores [N, classes, ...] and i32 labels [N, ...] or f32 probabilities, received i32[N], f32[N, 4]; element type i32 is not f32; the second axis is not a fixed number of classes. [crossEntropyLoss.operands]',
    () => crossEntropyLoss(labels, matrix),
  ],
  [
    'crossEntropyLoss: expected f32 scores [N, classes, ...] and i32 labels [N, ...] or f32 probabilities, received f32[N, 4, 5, 6], u8[N], f32[3]; the target is u8, not i32; the target is not of shape [N, 5, 6]; the class weights are not f32[4]. [crossEntropyLoss.operands]',
    () => crossEntropyLoss(image, tensor(['N'], 'u8'), { classWeight: [1, 2, 3] }),
  ],
  [
    'crossEntropyLoss: expected f32 scores [N, classes, ...] and i32 labels [N, ...] or f32 probabilities, received f32[N, 4, 5, 6], f32[N, 4]; the target is not of shape [N, 4, 5, 6]. [crossEntropyLoss.operands]',
    () => crossEntropyLoss(image, matrix),
  ],
  [
    'crossEntropyLoss: expected a label smoothing from 0 to 1, received 1.5. [crossEntropyLoss.labelSmoothing]',
    () => crossEntropyLoss(matrix, labels, { labelSmoothing: 1.5 }),
  ],
  [
    'crossEntropy: expected a label smoothing from 0 to 1, received -1. [crossEntropy.labelSmoothing]',
    () => crossEntropy({ labelSmoothing: -1 }).build(matrix, labels),
  ],
  [
    'crossEntropy: expected f32 scores [N, classes, ...] and i32 labels [N, ...] or f32 probabilities, received f32[N, 4], i32[M]; the target is not of shape [N]. [crossEntropy.operands]',
    () => crossEntropy().build(matrix, tensor(['M'], 'i32')),
  ],
  [
    'crossEntropy: expected losses [N, ...] and sample weights [N], received f32[N], i32[N]; the sample weights are not f32 with one for each sample. [crossEntropy.operands]',
    () => crossEntropy().build(matrix, labels, labels),
  ],
  [
    'nllLoss: expected f32 scores [N, classes, ...] and i32 labels [N, ...], received f32[N, 4], f32[N, 4]; the target is f32, not i32; the target is not of shape [N]. [nllLoss.operands]',
    () => nllLoss(matrix, matrix),
  ],
  [
    'mseLoss: expected a prediction and a target of one shape, f32, received f32[N, 4], f32[N]; the target is of another type. Hint: reshape or cast the target [mseLoss.operands]',
    () => mseLoss(matrix, tensor(['N'])),
  ],
  [
    'meanSquaredError: expected losses [N, ...] and sample weights [N], received f32[N, 4], f32[4]; the sample weights are not f32 with one for each sample. [meanSquaredError.operands]',
    () => meanSquaredError().build(matrix, matrix, vector),
  ],
  [
    'l1Loss: expected a prediction and a target of one shape, f32, received i32[N], i32[N]; element type i32 is not f32. Hint: reshape or cast the target [l1Loss.operands]',
    () => l1Loss(labels, labels),
  ],
  [
    'smoothL1Loss: expected a prediction and a target of one shape, f32, received f32[N, 4], f32[4]; the target is of another type. Hint: reshape or cast the target [smoothL1Loss.operands]',
    () => smoothL1Loss(matrix, vector),
  ],
  [
    'smoothL1Loss: expected a beta of at least 0, received -1. [smoothL1Loss.beta]',
    () => smoothL1Loss(matrix, constantLike(matrix, 0), { beta: -1 }),
  ],
  [
    'binaryCrossEntropyWithLogits: expected a prediction and a target of one shape, f32, received f32[N, 4], i32[N]; the target is of another type. Hint: reshape or cast the target [binaryCrossEntropyWithLogits.operands]',
    () => binaryCrossEntropyWithLogits(matrix, labels),
  ],
];

describe('messages', () => {
  it.each(cases)('%s', (message, act) => {
    expect(act).toThrow(expect.objectContaining({ name: 'NetwrightError', message }));
  });
});
