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
  type FunctionLowering,
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
  type FunctionSignature,
} from './function.ts';
export { dependentsOf } from './dependents.ts';
export { readersOf } from './rewrites/readers-of.ts';
export { inlineGraph, reachable } from './inline.ts';
export { differentiate, gradients } from './autodiff.ts';
export type { GraphPass } from './pass.ts';
export { ShapeCheck } from './shape-check.ts';
export type {
  EvaluateContext,
  GradientRule,
  NdArray,
  Primitive,
  PrimitiveSample,
  PrimitiveTraits,
  VjpContext,
} from './primitive.ts';
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
export { gradientRules } from './ops/gradients.ts';
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

// Functions: activations
export { clamp } from './functions/clamp.ts';
export { elu } from './functions/elu.ts';
export { expm1 } from './functions/expm1.ts';
export { gelu } from './functions/gelu.ts';
export { hardsigmoid } from './functions/hardsigmoid.ts';
export { hardswish } from './functions/hardswish.ts';
export { leakyRelu } from './functions/leaky-relu.ts';
export { log1p } from './functions/log1p.ts';
export { logSoftmax } from './functions/log-softmax.ts';
export { relu } from './functions/relu.ts';
export { relu6 } from './functions/relu6.ts';
export { sigmoid } from './functions/sigmoid.ts';
export { silu } from './functions/silu.ts';
export { softmax } from './functions/softmax.ts';
export { softplus } from './functions/softplus.ts';

// Functions: norms
export { batchNorm, type BatchNormOptions, type BatchNormResult } from './functions/batch-norm.ts';
export { batchNormInference, type BatchNormInferenceOptions } from './functions/batch-norm-inference.ts';
export { groupNorm, type GroupNormOptions } from './functions/group-norm.ts';
export { instanceNorm } from './functions/instance-norm.ts';
export { layerNorm, type LayerNormOptions } from './functions/layer-norm.ts';
export { localResponseNorm, type LocalResponseNormOptions } from './functions/local-response-norm.ts';
export { perChannel } from './functions/per-channel.ts';

// Functions: images
export { adaptiveAvgPool2d } from './functions/adaptive-avg-pool2d.ts';
export { adaptiveMaxPool2d } from './functions/adaptive-max-pool2d.ts';
export { convTranspose2d, type ConvTranspose2dOptions } from './functions/conv-transpose2d.ts';
export { globalAvgPool2d } from './functions/global-avg-pool2d.ts';
export { squeezeExcite, type SqueezeExciteOptions } from './functions/squeeze-excite.ts';
export { upsampleBilinear } from './functions/upsample-bilinear.ts';
export { upsampleNearest } from './functions/upsample-nearest.ts';
export type { UpsampleOptions } from './functions/resample.ts';

// Functions: attention and tables
export { embedding } from './functions/embedding.ts';
export { multiHeadSelfAttention, type SelfAttentionOptions } from './functions/multi-head-self-attention.ts';
export { oneHot } from './functions/one-hot.ts';
export { scaledDotProductAttention, type AttentionOptions } from './functions/scaled-dot-product-attention.ts';

// Functions: randomness and gradients
export { dropout } from './functions/dropout.ts';
export { dropPath } from './functions/drop-path.ts';
export { stopGradient } from './functions/stop-gradient.ts';

// Losses
export {
  binaryCrossEntropyWithLogits,
  type BinaryCrossEntropyOptions,
} from './losses/binary-cross-entropy-with-logits.ts';
export { crossEntropy, crossEntropyLoss, type CrossEntropyOptions } from './losses/cross-entropy.ts';
export type { ClassLossOptions } from './losses/class-losses.ts';
export { l1Loss } from './losses/l1-loss.ts';
export type { Loss } from './losses/loss.ts';
export { meanSquaredError, mseLoss } from './losses/mse-loss.ts';
export { nllLoss } from './losses/nll-loss.ts';
export type { Reduction, ReductionOption } from './losses/reduce.ts';
export { smoothL1Loss, type SmoothL1LossOptions } from './losses/smooth-l1-loss.ts';

// Rewrites, verification, text, serialization
export { costOf, summarize, type Cost, type Summary, type SummaryRow } from './cost.ts';
export {
  convolutionCosts,
  type ConvolutionCost,
  type ConvolutionCosts,
  type ConvolutionCostsOptions,
} from './analysis/convolution-costs.ts';
export { receptiveFields, type FieldAxis, type NodeField, type ReceptiveField } from './analysis/receptive-field.ts';
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
export { inlineFunctions, inlineFunctionsExcept } from './rewrites/inline-functions.ts';
export { groupParallelConvolutions } from './rewrites/merge/group-parallel-convolutions.ts';
export { materializeParameters, type MaterializedGraph } from './rewrites/materialize-parameters.ts';
export { mergeParallelConvolutions } from './rewrites/merge/merge-parallel-convolutions.ts';
export { mergeSummedConvolutions } from './rewrites/merge/merge-summed-convolutions.ts';
export { pipeline, type PipelineOptions } from './rewrites/pipeline.ts';
export { removedNames } from './rewrites/removed-names.ts';
export { renameParameters } from './rewrites/rename-parameters.ts';
export { selectOutputs } from './rewrites/select-outputs.ts';
