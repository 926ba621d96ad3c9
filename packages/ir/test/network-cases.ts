// The layers of networks, with the PyTorch expression that means the same; `golden-functions.json` has its values.

import {
  adaptiveAvgPool2d,
  adaptiveMaxPool2d,
  avgPool2d,
  batchNorm,
  batchNormInference,
  concat,
  conv2d,
  convTranspose2d,
  embedding,
  globalAvgPool2d,
  groupNorm,
  hardsigmoid,
  hardswish,
  instanceNorm,
  layerNorm,
  localResponseNorm,
  maxPool2d,
  multiHeadSelfAttention,
  oneHot,
  scaledDotProductAttention,
  squeezeExcite,
  upsampleBilinear,
  upsampleNearest,
  type AttentionOptions,
  type PrimitiveSample,
  type Shape,
  type Tensor,
  type UpsampleOptions,
} from '../src/index.ts';
import { integers, normal, uniform, values } from '../src/ops/sample-inputs.ts';
import type { FunctionCase } from './function-cases.ts';

type Inputs = PrimitiveSample['inputs'];

const IMAGE = ['N', 4, 5, 6] as const;

function f32(...shapes: readonly Shape[]): Inputs {
  return shapes.map(normal);
}

function layer(torch: string, inputs: Inputs, build: FunctionCase['build'], smooth = true): FunctionCase {
  return { torch, inputs, build, smooth, single: true };
}

const convolutions: readonly FunctionCase[] = [
  layer('F.conv2d(a, b, c)', f32(IMAGE, [3, 4, 3, 2], [3]), (a, b, bias) => conv2d(a, b, { bias })),
  layer('F.conv2d(a, b, padding="same")', f32(IMAGE, [3, 4, 3, 4]), (a, b) => conv2d(a, b, { padding: 'same' })),
  layer('F.conv2d(a, b, padding="same", dilation=(3, 2), groups=2)', f32(IMAGE, [2, 2, 3, 2]), (a, b) =>
    conv2d(a, b, { padding: 'same', dilation: [3, 2], groups: 2 }),
  ),
  // As Keras: 5 rows in steps of 2 need one row above and below, 6 columns in steps of 3 one column on the right.
  layer('F.conv2d(F.pad(a, (0, 1, 1, 1)), b, stride=(2, 3))', f32(IMAGE, [2, 4, 3, 4]), (a, b) =>
    conv2d(a, b, { padding: 'same', stride: [2, 3] }),
  ),
  layer('F.conv2d(a, b, padding=1, stride=2, groups=4)', f32(IMAGE, [8, 1, 3, 3]), (a, b) =>
    conv2d(a, b, { padding: 1, stride: 2, groups: 4 }),
  ),
  layer('F.conv2d(a, b, padding=(2, 1), stride=(1, 2))', f32(IMAGE, [2, 4, 3, 3]), (a, b) =>
    conv2d(a, b, { padding: [2, 1], stride: [1, 2] }),
  ),
  layer('F.conv_transpose2d(a, b, c)', f32(IMAGE, [4, 3, 2, 3], [3]), (a, b, bias) => convTranspose2d(a, b, { bias })),
  layer('F.conv_transpose2d(a, b, stride=2, padding=1, output_padding=1)', f32(IMAGE, [4, 3, 3, 3]), (a, b) =>
    convTranspose2d(a, b, { stride: 2, padding: 1, outputPadding: 1 }),
  ),
  layer(
    'F.conv_transpose2d(a, b, c, stride=(3, 1), padding=(0, 2), dilation=(1, 2), groups=2)',
    f32(IMAGE, [4, 3, 2, 3], [6]),
    (a, b, bias) => convTranspose2d(a, b, { bias, stride: [3, 1], padding: [0, 2], dilation: [1, 2], groups: 2 }),
  ),
  layer(
    'F.conv_transpose2d(a, b, c, padding=(1, 0), output_padding=(2, 1), dilation=(3, 2))',
    f32(IMAGE, [4, 2, 2, 2], [2]),
    (a, b, bias) => convTranspose2d(a, b, { bias, padding: [1, 0], outputPadding: [2, 1], dilation: [3, 2] }),
  ),
];

const pools: readonly FunctionCase[] = [
  layer('F.max_pool2d(a, 2)', f32(IMAGE), (a) => maxPool2d(a, { kernel: 2 })),
  layer('F.max_pool2d(a, (3, 2), 1, 1, ceil_mode=True)', f32(IMAGE), (a) =>
    maxPool2d(a, { kernel: [3, 2], stride: 1, padding: 1, ceilMode: true }),
  ),
  layer('F.avg_pool2d(a, 2)', f32(IMAGE), (a) => avgPool2d(a, { kernel: 2 })),
  layer('F.avg_pool2d(a, 3, 2, (1, 0), True, False)', f32(IMAGE), (a) =>
    avgPool2d(a, { kernel: 3, stride: 2, padding: [1, 0], ceilMode: true, countIncludePad: false }),
  ),
  layer('a.mean((2, 3), keepdim=True)', f32(IMAGE), globalAvgPool2d),
  ...(
    [
      ['avg', adaptiveAvgPool2d],
      ['max', adaptiveMaxPool2d],
    ] as const
  ).flatMap(([name, pool]) => [
    layer(`F.adaptive_${name}_pool2d(a, 1)`, f32(IMAGE), (a) => pool(a, 1)),
    layer(`F.adaptive_${name}_pool2d(a, (5, 6))`, f32(IMAGE), (a) => pool(a, [5, 6])),
    layer(`F.adaptive_${name}_pool2d(a, (5, 3))`, f32(IMAGE), (a) => pool(a, [5, 3])),
    layer(`F.adaptive_${name}_pool2d(a, (3, 4))`, f32(IMAGE), (a) => pool(a, [3, 4])),
    layer(`F.adaptive_${name}_pool2d(a, (7, 2))`, f32(IMAGE), (a) => pool(a, [7, 2])),
  ]),
  layer(
    'F.adaptive_max_pool2d(a, 2)',
    [values([1, 1, 3, 3], [1, 1, 1, 0, 2, 2, 2, 2, 0])],
    (a) => adaptiveMaxPool2d(a, 2),
    false,
  ),
];

const RUNNING = 'd.detach().clone(), e.detach().clone()';
const STATISTICS = [normal([4]), normal([4]), normal([4]), uniform([4], 0.5, 2)] as const;

function train(
  [a, weight, bias, runningMean, runningVar]: readonly Tensor[],
  options: { readonly eps?: number; readonly momentum?: number } = {},
): ReturnType<typeof batchNorm> {
  return batchNorm(a, { weight, bias, runningMean, runningVar, ...options });
}

/** The new running statistics, which PyTorch writes into its arguments. */
function runningCase(shape: Shape, momentum: number): FunctionCase {
  return layer(
    `(lambda m, v: (F.batch_norm(a.detach(), m, v, b.detach(), c.detach(), True, ${String(momentum)}), torch.cat([m, v]))[1])(${RUNNING})`,
    [normal(shape), ...STATISTICS],
    (...operands) => {
      const { runningMean, runningVar } = train(operands, { momentum });
      return concat([runningMean, runningVar], 0);
    },
    false,
  );
}

const norms: readonly FunctionCase[] = [
  ...[IMAGE, ['N', 4], ['N', 4, 7]].map((shape) =>
    layer(
      `F.batch_norm(a, ${RUNNING}, b, c, True)`,
      [normal(shape), ...STATISTICS],
      (...operands) => train(operands).output,
    ),
  ),
  layer(
    `F.batch_norm(a, ${RUNNING}, b, c, True, eps=0.1)`,
    [normal(IMAGE), ...STATISTICS],
    (...operands) => train(operands, { eps: 0.1 }).output,
  ),
  runningCase(IMAGE, 0.1),
  runningCase(['N', 4], 0.3),
  layer(
    '((a.movedim(1, -1) - d) / (e + 1e-3).sqrt() * b + c).movedim(-1, 1)',
    [normal(IMAGE), ...STATISTICS],
    (a, weight, bias, runningMean, runningVar) =>
      batchNormInference(a, { weight, bias, runningMean, runningVar, eps: 1e-3 }),
  ),
  layer('F.layer_norm(a, (6,))', f32(['N', 6]), (a) => layerNorm(a, { normalizedShape: [6] })),
  layer('F.layer_norm(a, (5, 6), b, c, 1e-3)', f32(IMAGE, [5, 6], [5, 6]), (a, weight, bias) =>
    layerNorm(a, { normalizedShape: [5, 6], weight, bias, eps: 1e-3 }),
  ),
  layer('F.group_norm(a, 2)', f32(IMAGE), (a) => groupNorm(a, 2)),
  layer('F.group_norm(a, 1, b, c, 1e-3)', f32(IMAGE, [4], [4]), (a, weight, bias) =>
    groupNorm(a, 1, { weight, bias, eps: 1e-3 }),
  ),
  layer('F.group_norm(a, 4, b)', f32(['N', 8, 3], [8]), (a, weight) => groupNorm(a, 4, { weight })),
  layer('F.instance_norm(a, weight=b, bias=c)', f32(IMAGE, [4], [4]), (a, weight, bias) =>
    instanceNorm(a, { weight, bias }),
  ),
  layer('F.local_response_norm(a, 3, 0.5, 0.75, 2)', f32(IMAGE), (a) =>
    localResponseNorm(a, { size: 3, alpha: 0.5, k: 2 }),
  ),
  layer('F.local_response_norm(a, 4)', f32(['N', 7, 2]), (a) => localResponseNorm(a, { size: 4 })),
  layer('F.local_response_norm(a, 7, 0.1, 0.5)', f32(['N', 3, 2]), (a) =>
    localResponseNorm(a, { size: 7, alpha: 0.1, beta: 0.5 }),
  ),
];

function resized(mode: string, build: (x: Tensor, options: UpsampleOptions) => Tensor): readonly FunctionCase[] {
  const cases: readonly (readonly [torch: string, options: UpsampleOptions])[] = [
    ['scale_factor=2', { scale: 2 }],
    ['scale_factor=(3, 1.5)', { scale: [3, 1.5] }],
    ['scale_factor=(1.7, 0.5)', { scale: [1.7, 0.5] }],
    ['size=(10, 12)', { size: [10, 12] }],
    ['size=(7, 4)', { size: [7, 4] }],
    ['size=(1, 17)', { size: [1, 17] }],
  ];
  return cases.map(([torch, options]) =>
    layer(`F.interpolate(a, ${torch}, ${mode})`, f32(IMAGE), (a) => build(a, options)),
  );
}

const resampling: readonly FunctionCase[] = [
  ...resized('mode="nearest"', upsampleNearest),
  layer('F.interpolate(a, scale_factor=1.19)', f32([1, 1, 10, 20]), (a) => upsampleNearest(a, { scale: 1.19 })),
  ...resized('mode="bilinear"', upsampleBilinear),
  ...resized('mode="bilinear", align_corners=True', (a, options) =>
    upsampleBilinear(a, { ...options, alignCorners: true }),
  ),
];

const SCORES = '(a @ b.transpose(-2, -1) / 5 ** 0.5)';
const QKV = f32(['N', 2, 4, 5], ['N', 2, 4, 5], ['N', 2, 4, 3]);

function attend(torch: string, inputs: Inputs, options: AttentionOptions = {}): FunctionCase {
  return layer(`torch.softmax(${torch}, -1) @ c`, inputs, (q, k, v) => scaledDotProductAttention(q, k, v, options));
}

const MHA = 'F.multi_head_attention_forward(x, x, x, 6, 2, b, c, None, None, False, 0., d, e)[0].transpose(0, 1)';

const attention: readonly FunctionCase[] = [
  attend(SCORES, QKV),
  attend(SCORES, f32([3, 5], [7, 5], [7, 2])),
  attend('(a @ b.transpose(-2, -1) * 0.3)', f32(['N', 3, 5], ['N', 7, 5], ['N', 7, 5]), { scale: 0.3 }),
  attend(`${SCORES}.masked_fill(torch.ones(4, 4).triu(1).bool(), -torch.inf)`, QKV, { causal: true }),
  layer(
    `torch.softmax(${SCORES}.masked_fill(~d, -torch.inf), -1) @ c`,
    [...QKV, values([4, 4], [1, 0, 0, 1, 0, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1], 'bool')],
    (q, k, v, mask) => scaledDotProductAttention(q, k, v, { mask }),
  ),
  layer(`torch.softmax(${SCORES} + d, -1) @ c`, [...QKV, normal([4, 4])], (q, k, v, mask) =>
    scaledDotProductAttention(q, k, v, { mask }),
  ),
  layer(
    `(lambda x: ${MHA})(a.transpose(0, 1))`,
    f32(['N', 5, 6], [18, 6], [18], [6, 6], [6]),
    (a, inProjWeight, inProjBias, outProjWeight, outProjBias) =>
      multiHeadSelfAttention(a, { heads: 2, inProjWeight, inProjBias, outProjWeight, outProjBias }),
  ),
  layer(
    'a * torch.sigmoid(F.conv2d(F.relu(F.conv2d(a.mean((2, 3), keepdim=True), b, c)), d, e))',
    f32(IMAGE, [2, 4, 1, 1], [2], [4, 2, 1, 1], [4]),
    (a, reduceWeight, reduceBias, expandWeight, expandBias) =>
      squeezeExcite(a, { reduceWeight, reduceBias, expandWeight, expandBias }),
  ),
  layer(
    'a * F.relu6(3 + F.conv2d(F.hardswish(F.conv2d(a.mean((2, 3), keepdim=True), b)), c)) / 6',
    f32(IMAGE, [2, 4, 1, 1], [4, 2, 1, 1]),
    (a, reduceWeight, expandWeight) =>
      squeezeExcite(a, { reduceWeight, expandWeight, activation: hardswish, gate: hardsigmoid }),
  ),
  layer('F.one_hot(a.long(), 5)', [integers(['N', 2], 0, 5)], (a) => oneHot(a, 5)),
  layer('F.embedding(a, b)', [integers(['N', 2], 0, 5), normal([5, 3])], embedding),
];

export const networkCases: readonly FunctionCase[] = [...convolutions, ...pools, ...norms, ...resampling, ...attention];
