// The functions and losses of the language, each with the gradients of all its f32 operands.

import {
  adaptiveAvgPool2d,
  adaptiveMaxPool2d,
  batchNorm,
  batchNormInference,
  binaryCrossEntropyWithLogits,
  clamp,
  convTranspose2d,
  crossEntropyLoss,
  dropout,
  dropPath,
  elu,
  gelu,
  globalAvgPool2d,
  gradients,
  GraphBuilder,
  groupNorm,
  hardsigmoid,
  hardswish,
  l1Loss,
  layerNorm,
  leakyRelu,
  linear,
  localResponseNorm,
  logSoftmax,
  mseLoss,
  multiHeadSelfAttention,
  nllLoss,
  relu,
  relu6,
  scaledDotProductAttention,
  sigmoid,
  silu,
  smoothL1Loss,
  softmax,
  softplus,
  squeezeExcite,
  stack,
  tensorType,
  upsampleBilinear,
  upsampleNearest,
  variance,
  type PrimitiveSample,
  type Shape,
  type Tensor,
} from '@netwright/ir';
import { drawInput, drawNormal, sizeOf, uniformSource } from '../run/draw.ts';
import type { Program } from '../run/run-program.ts';
import type { BackendCase } from './backend-case.ts';

type Input = PrimitiveSample['inputs'][number];

interface FunctionCase {
  readonly name: string;
  readonly inputs: readonly Input[];
  build(...inputs: readonly Tensor[]): Tensor | readonly Tensor[];
}

/** Size of the symbolic batch. */
const DIMS = { N: 3 };

const normal = (...shapes: readonly Shape[]): readonly Input[] =>
  shapes.map((shape) => ({ type: tensorType('f32', shape), fill: { kind: 'normal' } }));
const positive = (shape: Shape): Input => ({
  type: tensorType('f32', shape),
  fill: { kind: 'uniform', low: 0.5, high: 2 },
});
const labels = (shape: Shape, classes: number): Input => ({
  type: tensorType('i32', shape),
  fill: { kind: 'integers', low: 0, high: classes },
});

const IMAGE = ['N', 6, 5, 7] as const;

function activation(name: string, build: (x: Tensor) => Tensor): FunctionCase {
  return { name, inputs: normal(['N', 37]), build };
}

const FUNCTIONS: readonly FunctionCase[] = [
  activation('relu', relu),
  activation('relu6', relu6),
  activation('leakyRelu', (x) => leakyRelu(x, { negativeSlope: 0.2 })),
  activation('elu', (x) => elu(x)),
  activation('softplus', softplus),
  activation('gelu', gelu),
  activation('sigmoid', sigmoid),
  activation('silu', silu),
  activation('hardsigmoid', hardsigmoid),
  activation('hardswish', hardswish),
  activation('clamp', (x) => clamp(x, -0.5, 0.7)),
  { name: 'softmax over the last axis', inputs: normal(['N', 11]), build: (x) => softmax(x) },
  { name: 'softmax over channels', inputs: normal(IMAGE), build: (x) => softmax(x, 1) },
  { name: 'logSoftmax', inputs: normal(['N', 11]), build: (x) => logSoftmax(x) },
  {
    name: 'batchNorm in training',
    inputs: [...normal(IMAGE, [6], [6], [6]), positive([6])],
    build(x, weight, bias, runningMean, runningVar) {
      const result = batchNorm(x, { weight, bias, runningMean, runningVar });
      return [result.output, result.runningMean, result.runningVar];
    },
  },
  {
    name: 'batchNorm of a matrix',
    inputs: [...normal(['N', 6], [6], [6], [6]), positive([6])],
    build: (x, weight, bias, runningMean, runningVar) =>
      batchNorm(x, { weight, bias, runningMean, runningVar, eps: 1e-3, momentum: 0.3 }).output,
  },
  {
    name: 'batchNorm with given statistics',
    inputs: [...normal(IMAGE, [6], [6], [6]), positive([6])],
    build: (x, weight, bias, runningMean, runningVar) =>
      batchNormInference(x, { weight, bias, runningMean, runningVar }),
  },
  {
    name: 'layerNorm',
    inputs: normal(['N', 4, 13], [13], [13]),
    build: (x, weight, bias) => layerNorm(x, { weight, bias, normalizedShape: [13] }),
  },
  { name: 'groupNorm', inputs: normal(IMAGE, [6], [6]), build: (x, weight, bias) => groupNorm(x, 3, { weight, bias }) },
  {
    name: 'localResponseNorm',
    inputs: normal(IMAGE),
    build: (x) => localResponseNorm(x, { size: 5, alpha: 0.1, k: 2 }),
  },
  { name: 'linear', inputs: normal(['N', 19], [8, 19], [8]), build: linear },
  { name: 'globalAvgPool2d', inputs: normal(IMAGE), build: globalAvgPool2d },
  { name: 'adaptiveAvgPool2d', inputs: normal(IMAGE), build: (x) => adaptiveAvgPool2d(x, [2, 3]) },
  { name: 'adaptiveMaxPool2d', inputs: normal(IMAGE), build: (x) => adaptiveMaxPool2d(x, [2, 3]) },
  { name: 'upsampleNearest', inputs: normal(['N', 2, 3, 4]), build: (x) => upsampleNearest(x, { scale: 2 }) },
  { name: 'upsampleBilinear', inputs: normal(['N', 2, 3, 4]), build: (x) => upsampleBilinear(x, { scale: 2 }) },
  {
    name: 'convTranspose2d',
    inputs: normal(['N', 4, 5, 4], [4, 3, 3, 3], [6]),
    build: (x, weight, bias) =>
      convTranspose2d(x, weight, { bias, stride: 2, padding: 1, outputPadding: 1, groups: 2 }),
  },
  {
    name: 'squeezeExcite',
    inputs: normal(IMAGE, [2, 6, 1, 1], [2], [6, 2, 1, 1], [6]),
    build: (x, reduceWeight, reduceBias, expandWeight, expandBias) =>
      squeezeExcite(x, { reduceWeight, reduceBias, expandWeight, expandBias }),
  },
  {
    name: 'attention',
    inputs: normal(['N', 2, 5, 4], ['N', 2, 7, 4], ['N', 2, 7, 3]),
    build: (q, k, v) => scaledDotProductAttention(q, k, v),
  },
  {
    name: 'causal attention',
    inputs: normal(['N', 5, 4], ['N', 5, 4], ['N', 5, 4]),
    build: (q, k, v) => scaledDotProductAttention(q, k, v, { causal: true }),
  },
  {
    name: 'multi-head self-attention',
    inputs: normal(['N', 5, 8], [24, 8], [24], [8, 8], [8]),
    build: (x, inProjWeight, inProjBias, outProjWeight, outProjBias) =>
      multiHeadSelfAttention(x, { heads: 2, inProjWeight, inProjBias, outProjWeight, outProjBias }),
  },
  { name: 'variance', inputs: normal(IMAGE), build: (x) => variance(x, { axes: [0, 2, 3] }) },
  {
    name: 'a result used as several',
    inputs: normal(['N', 4], ['N', 4]),
    build: (x, y) => stack([relu(x), y, relu(x)], 1),
  },
  {
    name: 'crossEntropyLoss',
    inputs: [...normal(['N', 10]), labels(['N'], 10)],
    build: (x, target) => crossEntropyLoss(x, target),
  },
  {
    name: 'crossEntropyLoss with smoothing and weights',
    inputs: [...normal(['N', 10]), labels(['N'], 10), positive([10])],
    build: (x, target, classWeight) => crossEntropyLoss(x, target, { labelSmoothing: 0.1, classWeight }),
  },
  {
    name: 'nllLoss',
    inputs: [...normal(['N', 10]), labels(['N'], 10)],
    build: (x, target) => nllLoss(logSoftmax(x), target),
  },
  { name: 'mseLoss', inputs: normal(['N', 9], ['N', 9]), build: (x, y) => mseLoss(x, y) },
  { name: 'l1Loss', inputs: normal(['N', 9], ['N', 9]), build: (x, y) => l1Loss(x, y) },
  { name: 'smoothL1Loss', inputs: normal(['N', 9], ['N', 9]), build: (x, y) => smoothL1Loss(x, y, { beta: 0.5 }) },
  {
    name: 'binaryCrossEntropyWithLogits',
    inputs: [...normal(['N', 9]), { type: tensorType('f32', ['N', 9]), fill: { kind: 'uniform', low: 0, high: 1 } }],
    build: (x, y) => binaryCrossEntropyWithLogits(x, y),
  },
];

/** Values and gradients of every function. */
export const functionCases: readonly BackendCase[] = FUNCTIONS.flatMap((one) => [
  { name: one.name, build: () => functionProgram(one, false) },
  { name: `${one.name}, gradient`, build: () => functionProgram(one, true) },
]);

/** Random masks: a pure function of seed, step, stream and position, so every backend gives the same bits. */
export const maskCases: readonly BackendCase[] = [
  mask('dropout', { seed: 0, step: 0, offset: 0 }, (x) => dropout(x, { p: 0.5 })),
  mask('dropout in a later step', { seed: 123456789, step: 4097, offset: 0 }, (x) => dropout(x, { p: 0.5 })),
  mask('dropout of the second part of a batch', { seed: -7, step: 3, offset: 5 }, (x) => dropout(x, { p: 0.25 })),
  mask('dropPath', { seed: 42, step: 11, offset: 0 }, (x) => dropPath(x, { p: 0.5 })),
  mask('two dropouts', { seed: 1, step: 1, offset: 0 }, (x) => dropout(dropout(x, { p: 0.5 }), { p: 0.5 })),
];

function mask(
  name: string,
  { seed, step, offset }: Readonly<Record<'seed' | 'step' | 'offset', number>>,
  build: (x: Tensor) => Tensor,
): BackendCase {
  return {
    name,
    exact: true,
    build() {
      const builder = new GraphBuilder();
      const x = builder.input('x', tensorType('f32', ['N', 7, 9]));
      builder.output(
        'y',
        builder.within('block', () => build(x)),
      );
      const inputs = {
        x: new Float64Array(DIMS.N * 63).fill(1),
        $seed: [seed],
        $step: [step],
        $offset: [offset],
      };
      return { graph: builder.finish(), inputs, dims: DIMS };
    },
  };
}

function functionProgram({ name, inputs: specs, build }: FunctionCase, differentiate: boolean): Program {
  const builder = new GraphBuilder();
  const uniform = uniformSource(name);
  const inputs = specs.map(({ type }, index) => builder.input(`x${index}`, type));
  const data: Record<string, Float64Array> = {};
  specs.forEach((input, index) => {
    data[`x${index}`] = drawInput(input, uniform, DIMS);
  });
  const results = builder.within('layer', () => [build(...inputs)].flat());
  if (!differentiate) {
    results.forEach((result, index) => {
      builder.output(`y${index}`, result);
    });
    return { graph: builder.finish(), inputs: data, dims: DIMS };
  }
  const [first] = results;
  const smooth = inputs.filter(({ dtype }) => dtype === 'f32');
  data.r = drawNormal(sizeOf(first.shape.map((dim) => (typeof dim === 'number' ? dim : DIMS.N))), uniform);
  gradients(first, smooth, builder.input('r', first.type)).forEach((grad, index) => {
    builder.output(`d${index}`, grad);
  });
  return { graph: builder.finish(), inputs: data, dims: DIMS };
}
