// Language
export {
  bindDim,
  bindShape,
  broadcastShapes,
  dimSymbols,
  divideDims,
  equalShapes,
  formatShape,
  isDim,
  multiplyDims,
  numel,
  type Dim,
  type Shape,
} from './dim.ts';
export { isNetwrightError, NetwrightError, type ErrorDetails } from './errors.ts';
export { BYTES_PER_ELEMENT, equalTypes, formatType, tensorType, type DType, type TensorType } from './tensor-type.ts';
export type { Tensor } from './tensor.ts';
export { onesInit, zerosInit, type Initializer } from './initializer.ts';
export {
  isPrimitiveNode,
  RANDOM_INPUTS,
  SCHEMA_VERSION,
  type CallNode,
  type FunctionDef,
  type Graph,
  type InputDef,
  type LeafNode,
  type Node,
  type OutputDef,
  type ParameterDef,
  type PrimitiveNode,
  type ResultNode,
  type StateDef,
} from './graph.ts';
export {
  buildGraph,
  GraphBuilder,
  type OutputOptions,
  type ParameterOptions,
  type RandomKey,
  type StateOptions,
} from './builder.ts';
export {
  callFunction,
  defineFunction,
  type FunctionAttrs,
  type FunctionGradientContext,
  type FunctionRecord,
} from './function.ts';
export { inlineGraph, reachable } from './inline.ts';
export { differentiate, gradients } from './autodiff.ts';
export type { GraphPass } from './pass.ts';
export { ShapeCheck } from './shape-check.ts';
export type { EvaluateContext, NdArray, Primitive, PrimitiveSample, PrimitiveTraits, VjpContext } from './primitive.ts';
export type {
  AvgPool2dAttrs,
  Conv2dAttrs,
  MaxPool2dAttrs,
  NoAttrs,
  Padding,
  Pair,
  Pool2dAttrs,
  PrimitiveAttrs,
  PrimitiveName,
} from './ops/attributes.ts';
export { primitives } from './ops/primitives.ts';

// Primitives: leaves
export { constant, constantLike, constantTensor, filledValue } from './ops/constant.ts';
export { dimSize } from './ops/dim-size.ts';
export { iota } from './ops/iota.ts';
export { elementsPerSample, random } from './ops/random.ts';
export { randomKeys, randomUniform, streamWords, uniformOf } from './ops/random-uniform.ts';

// Primitives: elementwise
export { abs } from './ops/abs.ts';
export { add } from './ops/add.ts';
export { and } from './ops/and.ts';
export { cast } from './ops/cast.ts';
export { cos } from './ops/cos.ts';
export { div } from './ops/div.ts';
export { eq } from './ops/eq.ts';
export { erf } from './ops/erf.ts';
export { exp } from './ops/exp.ts';
export { floor } from './ops/floor.ts';
export { ge } from './ops/ge.ts';
export { gt } from './ops/gt.ts';
export { isFinite } from './ops/is-finite.ts';
export { le } from './ops/le.ts';
export { log } from './ops/log.ts';
export { lt } from './ops/lt.ts';
export { maximum } from './ops/maximum.ts';
export { minimum } from './ops/minimum.ts';
export { mul } from './ops/mul.ts';
export { ne } from './ops/ne.ts';
export { neg } from './ops/neg.ts';
export { not } from './ops/not.ts';
export { or } from './ops/or.ts';
export { pow } from './ops/pow.ts';
export { sign } from './ops/sign.ts';
export { sin } from './ops/sin.ts';
export { sqrt } from './ops/sqrt.ts';
export { sub } from './ops/sub.ts';
export { tanh } from './ops/tanh.ts';
export { where } from './ops/where.ts';

// Primitives: reductions
export { amax } from './ops/amax.ts';
export { argmax } from './ops/argmax.ts';
export { sum, type ReductionOptions } from './ops/sum.ts';

// Primitives: shape
export { broadcastTo } from './ops/broadcast-to.ts';
export { concat } from './ops/concat.ts';
export { gather } from './ops/gather.ts';
export { gatherAdjoint } from './ops/gather-adjoint.ts';
export { pad, type PadOptions } from './ops/pad.ts';
export { reshape } from './ops/reshape.ts';
export { slice, type SliceOptions } from './ops/slice.ts';
export { transpose } from './ops/transpose.ts';

// Primitives: contractions and windows
export { avgPool2d, type AvgPool2dOptions } from './ops/avg-pool2d.ts';
export { avgPool2dAdjoint } from './ops/avg-pool2d-adjoint.ts';
export { conv2d, type Conv2dOptions } from './ops/conv2d.ts';
export { conv2dInputGrad } from './ops/conv2d-input-grad.ts';
export { conv2dWeightGrad } from './ops/conv2d-weight-grad.ts';
export { matmul } from './ops/matmul.ts';
export { maxPool2d, type MaxPool2dOptions } from './ops/max-pool2d.ts';
export { maxPool2dIndices } from './ops/max-pool2d-indices.ts';
export { maxPool2dScatter } from './ops/max-pool2d-scatter.ts';
export { maxPool2dSelect } from './ops/max-pool2d-select.ts';

// For authors of primitives' rules
export { applyPrimitive } from './ops/apply.ts';
export { normalizeAxes, normalizeAxis } from './ops/axes.ts';

// Functions: shape and statistics
export { flatten } from './functions/flatten.ts';
export { linear } from './functions/linear.ts';
export { reciprocal, rsqrt, square } from './functions/powers.ts';
export { chunk, split } from './functions/split.ts';
export { squeeze, unsqueeze } from './functions/squeeze.ts';
export { stack } from './functions/stack.ts';
export { amin, mean, variance, type VarianceOptions } from './functions/statistics.ts';

// Functions: networks
export {
  attentionFunction,
  multiHeadSelfAttention,
  scaledDotProductAttention,
  type SelfAttentionOptions,
} from './functions/attention.ts';
export { adaptiveAvgPool2d, adaptiveMaxPool2d, globalAvgPool2d } from './functions/adaptive-pool2d.ts';
export {
  batchNorm,
  batchNormInference,
  perChannel,
  type BatchNormOptions,
  type BatchNormResult,
} from './functions/batch-norm.ts';
export { clamp } from './functions/clamp.ts';
export { convTranspose2d, type ConvTranspose2dOptions } from './functions/conv-transpose2d.ts';
export { dropout, dropPath } from './functions/dropout.ts';
export { gelu } from './functions/gelu.ts';
export { groupNorm, layerNorm, type NormOptions } from './functions/group-norm.ts';
export { hardsigmoid, hardswish } from './functions/hard-activations.ts';
export { leakyRelu } from './functions/leaky-relu.ts';
export { localResponseNorm, type LocalResponseNormOptions } from './functions/local-response-norm.ts';
export { oneHot } from './functions/one-hot.ts';
export { relu, relu6 } from './functions/relu.ts';
export { sigmoid, silu } from './functions/sigmoid.ts';
export { logSoftmax, softmax } from './functions/softmax.ts';
export { elu, softplus } from './functions/softplus.ts';
export { squeezeExcite, type SqueezeExciteOptions } from './functions/squeeze-excite.ts';
export { stopGradient } from './functions/stop-gradient.ts';
export { upsampleBilinear, upsampleNearest, type UpsampleOptions } from './functions/upsample.ts';

// Losses
export { crossEntropy, crossEntropyLoss, nllLoss, type CrossEntropyOptions } from './losses/cross-entropy.ts';
export type { Loss, Reduction } from './losses/loss.ts';
export { binaryCrossEntropyWithLogits, l1Loss, meanSquaredError, mseLoss, smoothL1Loss } from './losses/regression.ts';

// Rewrites, verification, text, serialization
export { costOf, summarize, type Cost, type Summary, type SummaryRow } from './cost.ts';
export { structuralHash } from './hash.ts';
export { fromJson, toJson, type GraphJson, type JsonValue } from './json.ts';
export { printGraph, type PrintOptions } from './text/print.ts';
export { verifyGraph } from './verify.ts';
export { addIntermediates } from './rewrites/add-intermediates.ts';
export { dropUnusedParameters } from './rewrites/drop-unused-parameters.ts';
export { eliminateCommonSubexpressions } from './rewrites/eliminate-common-subexpressions.ts';
export { eliminateDeadCode } from './rewrites/eliminate-dead-code.ts';
export { foldBatchNorm } from './rewrites/fold-batch-norm.ts';
export { FOLD_LIMIT, foldConstants } from './rewrites/fold-constants.ts';
export { inferenceMode } from './rewrites/inference-mode.ts';
export { inlineFunctions } from './rewrites/inline-functions.ts';
export { pipeline, type PipelineOptions } from './rewrites/pipeline.ts';
export { removedNames } from './rewrites/removed-names.ts';
export { renameParameters } from './rewrites/rename-parameters.ts';
export { selectOutputs } from './rewrites/select-outputs.ts';
