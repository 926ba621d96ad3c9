// Every operation of the oracle's vocabulary, in terms of ours.

import {
  adaptiveAvgPool2d,
  add,
  avgPool2d,
  batchNorm,
  batchNormInference,
  broadcastTo,
  concat,
  conv2d,
  convTranspose2d,
  crossEntropyLoss,
  flatten,
  gelu,
  globalAvgPool2d,
  groupNorm,
  hardsigmoid,
  hardswish,
  layerNorm,
  leakyRelu,
  linear,
  localResponseNorm,
  logSoftmax,
  matmul,
  maxPool2d,
  mean,
  mseLoss,
  mul,
  multiHeadSelfAttention,
  pad,
  relu,
  relu6,
  reshape,
  scaledDotProductAttention,
  sigmoid,
  silu,
  slice,
  softmax,
  squeezeExcite,
  tanh,
  transpose,
  upsampleBilinear,
  upsampleNearest,
  type Tensor,
} from '@netwright/ir';
import { listOf, numberOf, pairOf, sidesOf, type Attributes, type Operation } from './operation.ts';

const unary =
  (f: (x: Tensor) => Tensor): Operation =>
  ({ inputs: [x] }) => [f(x)];

/** A batch norm with batch statistics gives the new running statistics too. */
const batchNormOperation: Operation = ({ inputs: [x, ...statistics], params: { weight, bias, ...state }, attrs }) => {
  const runningMean = state.running_mean ?? statistics[0];
  const runningVar = state.running_var ?? statistics[1];
  const eps = numberOf(attrs, 'eps');
  if (attrs.training === false) return [batchNormInference(x, { weight, bias, runningMean, runningVar, eps })];
  const result = batchNorm(x, { weight, bias, runningMean, runningVar, eps, momentum: numberOf(attrs, 'momentum') });
  return [result.output, result.runningMean, result.runningVar];
};

function upsampling(attrs: Attributes): { readonly size: readonly [number, number] } | { readonly scale: number } {
  return attrs.size === null ? { scale: numberOf(attrs, 'scale') } : { size: pairOf(attrs, 'size') };
}

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  conv2d: ({ inputs: [x], params: { weight, bias }, attrs }) => [
    conv2d(x, weight, {
      bias,
      stride: pairOf(attrs, 'stride'),
      padding: sidesOf(attrs, 'padding'),
      dilation: pairOf(attrs, 'dilation'),
      groups: numberOf(attrs, 'groups'),
    }),
  ],
  conv_transpose2d: ({ inputs: [x], params: { weight, bias }, attrs }) => [
    convTranspose2d(x, weight, {
      bias,
      stride: pairOf(attrs, 'stride'),
      padding: pairOf(attrs, 'padding'),
      outputPadding: pairOf(attrs, 'output_padding'),
      dilation: pairOf(attrs, 'dilation'),
      groups: numberOf(attrs, 'groups'),
    }),
  ],
  linear: ({ inputs: [x], params: { weight, bias } }) => [linear(x, weight, bias)],
  matmul: ({ inputs: [a, b] }) => [matmul(a, b)],
  max_pool2d: ({ inputs: [x], attrs }) => [
    maxPool2d(x, {
      kernel: pairOf(attrs, 'kernel'),
      stride: pairOf(attrs, 'stride'),
      padding: sidesOf(attrs, 'padding'),
      dilation: pairOf(attrs, 'dilation'),
      ceilMode: attrs.ceil_mode === true,
    }),
  ],
  avg_pool2d: ({ inputs: [x], attrs }) => [
    avgPool2d(x, {
      kernel: pairOf(attrs, 'kernel'),
      stride: pairOf(attrs, 'stride'),
      padding: sidesOf(attrs, 'padding'),
      ceilMode: attrs.ceil_mode === true,
      countIncludePad: attrs.count_include_pad === true,
    }),
  ],
  global_avg_pool2d: unary(globalAvgPool2d),
  adaptive_avg_pool2d: ({ inputs: [x], attrs }) => [adaptiveAvgPool2d(x, pairOf(attrs, 'output_size'))],
  batch_norm2d: batchNormOperation,
  batch_norm1d: batchNormOperation,
  layer_norm: ({ inputs: [x], params: { weight, bias }, attrs }) => [
    layerNorm(x, { weight, bias, normalizedShape: listOf(attrs, 'normalized_shape'), eps: numberOf(attrs, 'eps') }),
  ],
  group_norm: ({ inputs: [x], params: { weight, bias }, attrs }) => [
    groupNorm(x, numberOf(attrs, 'num_groups'), { weight, bias, eps: numberOf(attrs, 'eps') }),
  ],
  local_response_norm: ({ inputs: [x], attrs }) => [
    localResponseNorm(x, {
      size: numberOf(attrs, 'size'),
      alpha: numberOf(attrs, 'alpha'),
      beta: numberOf(attrs, 'beta'),
      k: numberOf(attrs, 'k'),
    }),
  ],
  relu: unary(relu),
  relu6: unary(relu6),
  sigmoid: unary(sigmoid),
  tanh: unary(tanh),
  silu: unary(silu),
  gelu: unary(gelu),
  hardswish: unary(hardswish),
  hardsigmoid: unary(hardsigmoid),
  leaky_relu: ({ inputs: [x], attrs }) => [leakyRelu(x, { negativeSlope: numberOf(attrs, 'negative_slope') })],
  softmax: ({ inputs: [x], attrs }) => [softmax(x, numberOf(attrs, 'axis'))],
  log_softmax: ({ inputs: [x], attrs }) => [logSoftmax(x, numberOf(attrs, 'axis'))],
  cross_entropy: ({ inputs: [logits, target], attrs }) => [
    crossEntropyLoss(logits, target, { labelSmoothing: numberOf(attrs, 'label_smoothing') }),
  ],
  mse_loss: ({ inputs: [x, target] }) => [mseLoss(x, target)],
  concat: ({ inputs, attrs }) => [concat(inputs, numberOf(attrs, 'axis'))],
  add: ({ inputs: [a, b] }) => [add(a, b)],
  mul: ({ inputs: [a, b] }) => [mul(a, b)],
  scale: ({ inputs: [x], attrs }) => [mul(x, numberOf(attrs, 'value'))],
  squeeze_excite: ({ inputs: [x], params: { w1, b1, w2, b2 } }) => {
    const channels = x.shape[1];
    const asKernel = (weight: Tensor): Tensor =>
      weight.shape.length === 4 ? weight : reshape(weight, [...weight.shape, 1, 1]);
    if (w2.shape[0] !== channels) throw new RangeError('the second weight does not give the channels of x');
    return [
      squeezeExcite(x, { reduceWeight: asKernel(w1), reduceBias: b1, expandWeight: asKernel(w2), expandBias: b2 }),
    ];
  },
  scaled_dot_product_attention: ({ inputs: [q, k, v], attrs }) => [
    scaledDotProductAttention(q, k, v, { scale: numberOf(attrs, 'scale'), causal: attrs.causal === true }),
  ],
  multi_head_self_attention: ({ inputs: [x], params, attrs }) => [
    multiHeadSelfAttention(x, {
      heads: numberOf(attrs, 'num_heads'),
      inProjWeight: params.in_proj_weight,
      inProjBias: params.in_proj_bias,
      outProjWeight: params.out_proj_weight,
      outProjBias: params.out_proj_bias,
    }),
  ],
  upsample_nearest: ({ inputs: [x], attrs }) => [upsampleNearest(x, upsampling(attrs))],
  upsample_bilinear: ({ inputs: [x], attrs }) => [
    upsampleBilinear(x, { ...upsampling(attrs), alignCorners: attrs.align_corners === true }),
  ],
  pad: ({ inputs: [x], attrs }) => {
    const [top, left, bottom, right] = sidesOf(attrs, 'padding');
    return [pad(x, { axes: [2, 3], before: [top, left], after: [bottom, right], value: numberOf(attrs, 'value') })];
  },
  dropout: ({ inputs: [x, mask], attrs }) => [mul(mul(x, mask), 1 / (1 - numberOf(attrs, 'p')))],
  reduce_mean: ({ inputs: [x], attrs }) => [
    mean(x, { axes: listOf(attrs, 'axes'), keepDims: attrs.keepdims === true }),
  ],
  parameter: ({ params: { value } }) => [value],
  broadcast: ({ inputs: [x], attrs }) => [broadcastTo(x, listOf(attrs, 'shape'))],
  reshape: ({ inputs: [x], attrs }) => [reshape(x, listOf(attrs, 'shape'))],
  flatten: ({ inputs: [x], attrs }) => [flatten(x, numberOf(attrs, 'start_axis'))],
  transpose: ({ inputs: [x], attrs }) => [transpose(x, listOf(attrs, 'perm'))],
  slice: ({ inputs: [x], attrs }) => [
    slice(x, {
      axes: listOf(attrs, 'axes'),
      starts: listOf(attrs, 'starts'),
      ends: listOf(attrs, 'ends'),
      steps: listOf(attrs, 'steps'),
    }),
  ],
  pad_axis: ({ inputs: [x], attrs }) => [
    pad(x, {
      axes: [numberOf(attrs, 'axis')],
      before: [numberOf(attrs, 'before')],
      after: [numberOf(attrs, 'after')],
      value: numberOf(attrs, 'value'),
    }),
  ],
};

/** The operation of that name; undefined when there is none here. */
export function findOperation(name: string): Operation | undefined {
  return Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
}
