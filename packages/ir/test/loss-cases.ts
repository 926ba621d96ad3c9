// The losses, with the PyTorch expression that means the same; `golden-functions.json` has its values.

import {
  binaryCrossEntropyWithLogits,
  crossEntropy,
  crossEntropyLoss,
  l1Loss,
  meanSquaredError,
  mseLoss,
  nllLoss,
  smoothL1Loss,
  stopGradient,
  type PrimitiveSample,
  type Shape,
} from '../src/index.ts';
import { integers, normal, uniform, values, vector } from '../src/ops/sample-inputs.ts';
import type { FunctionCase } from './function-cases.ts';

type Inputs = PrimitiveSample['inputs'];

function loss(torch: string, inputs: Inputs, build: FunctionCase['build'], smooth = true): FunctionCase {
  return { torch, inputs, build, smooth, single: true };
}

const REDUCTIONS = ['mean', 'sum', 'none'] as const;
const LOGITS = normal(['N', 5]);
const LABELS = integers(['N'], 0, 5);
const MAP = normal(['N', 4, 2, 3]);
const MAP_LABELS = integers(['N', 2, 3], 0, 4);
const WEIGHTS = uniform([5], 0.2, 2);
const SAMPLES = uniform(['N'], 0.2, 2);

const classes: readonly FunctionCase[] = [
  ...REDUCTIONS.flatMap((reduction) => [
    loss(`F.cross_entropy(a, b.long(), reduction="${reduction}")`, [LOGITS, LABELS], (a, b) =>
      crossEntropyLoss(a, b, { reduction }),
    ),
    loss(`F.cross_entropy(a, b.long(), reduction="${reduction}", label_smoothing=0.2)`, [LOGITS, LABELS], (a, b) =>
      crossEntropyLoss(a, b, { reduction, labelSmoothing: 0.2 }),
    ),
    loss(`F.cross_entropy(a, b.long(), reduction="${reduction}")`, [MAP, MAP_LABELS], (a, b) =>
      crossEntropyLoss(a, b, { reduction }),
    ),
    loss(`F.cross_entropy(a, b.long(), ignore_index=2, reduction="${reduction}")`, [MAP, MAP_LABELS], (a, b) =>
      crossEntropyLoss(a, b, { reduction, ignoreIndex: 2 }),
    ),
    loss(
      `F.cross_entropy(a, b.long(), c.detach(), ignore_index=1, reduction="${reduction}", label_smoothing=0.1)`,
      [LOGITS, values(['N'], [4, 1, 2], 'i32'), WEIGHTS],
      (a, b, classWeight) =>
        crossEntropyLoss(a, b, {
          reduction,
          classWeight: stopGradient(classWeight),
          ignoreIndex: 1,
          labelSmoothing: 0.1,
        }),
      false,
    ),
    loss(
      `F.cross_entropy(a, b, torch.tensor([1., 2., 0.5, 3.]), reduction="${reduction}", label_smoothing=0.3)`,
      [MAP, uniform(['N', 4, 2, 3], 0, 1)],
      (a, b) => crossEntropyLoss(a, b, { reduction, classWeight: [1, 2, 0.5, 3], labelSmoothing: 0.3 }),
    ),
    loss(`F.nll_loss(a, b.long(), reduction="${reduction}")`, [LOGITS, LABELS], (a, b) => nllLoss(a, b, { reduction })),
  ]),
  // PyTorch gives class weights no gradient.
  loss(
    '-(F.log_softmax(a, 1).gather(1, b.long()[:, None])[:, 0] * c[b.long()]).sum() / c[b.long()].sum()',
    [LOGITS, LABELS, WEIGHTS],
    (a, b, classWeight) => crossEntropyLoss(a, b, { classWeight }),
  ),
  loss('F.cross_entropy(a, b)', [LOGITS, uniform(['N', 5], 0, 1)], (a, b) => crossEntropyLoss(a, b)),
  loss(
    'F.nll_loss(a, b.long(), torch.tensor([1., 2., 3., 4., 5.]), ignore_index=-100)',
    [LOGITS, values(['N'], [2, -100, 4], 'i32')],
    (a, b) => nllLoss(a, b, { classWeight: [1, 2, 3, 4, 5], ignoreIndex: -100 }),
  ),
  // Logits that are huge, and classes hidden by -Infinity.
  loss(
    'F.cross_entropy(a, b.long())',
    [values([3, 3], [1e4, 0, -1e4, -1e30, 1e30, 5, -Infinity, 2, -Infinity]), values([3], [2, 1, 1], 'i32')],
    (a, b) => crossEntropyLoss(a, b),
    false,
  ),
  loss('F.cross_entropy(a, b.long(), label_smoothing=0.1)', [LOGITS, LABELS], (a, b) =>
    crossEntropy({ labelSmoothing: 0.1 }).build(a, b),
  ),
  loss('(F.cross_entropy(a, b.long(), reduction="none") * c).sum() / c.sum()', [LOGITS, LABELS, SAMPLES], (a, b, c) =>
    crossEntropy().build(a, b, c),
  ),
  loss(
    '(F.cross_entropy(a, b.long(), torch.tensor([1., 2., 3., 4., 5.]), reduction="none") * c).sum() / (c * (b + 1)).sum()',
    [LOGITS, LABELS, SAMPLES],
    (a, b, c) => crossEntropy({ classWeight: [1, 2, 3, 4, 5] }).build(a, b, c),
  ),
];

/** Values around the kinks at 0 and 1. */
const NEAR: readonly number[] = [0, -0, 0.5, -0.5, 1, -1, 2, -2];

function distances(torch: string, build: FunctionCase['build'], options = ''): readonly FunctionCase[] {
  return [
    loss(`F.${torch}(a, b${options})`, [normal(['N', 2, 3]), normal(['N', 2, 3])], build),
    loss(`F.${torch}(a, b${options})`, [vector(NEAR), vector(NEAR.map(() => 0))], build, false),
  ];
}

const SHAPE: Shape = ['N', 4];
const FAR = [-1e30, -1e4, -100, -20, -1e-3, 0, 1e-3, 20, 100, 1e4, 1e30];
const BCE = 'F.binary_cross_entropy_with_logits';

const regressions: readonly FunctionCase[] = [
  ...REDUCTIONS.flatMap((reduction) => {
    const options = `, reduction="${reduction}"`;
    return [
      ...distances('mse_loss', (a, b) => mseLoss(a, b, { reduction }), options),
      ...distances('l1_loss', (a, b) => l1Loss(a, b, { reduction }), options),
      ...distances('smooth_l1_loss', (a, b) => smoothL1Loss(a, b, { reduction }), options),
      loss(`${BCE}(a, b${options})`, [normal(SHAPE), uniform(SHAPE, 0, 1)], (a, b) =>
        binaryCrossEntropyWithLogits(a, b, { reduction }),
      ),
    ];
  }),
  ...distances('smooth_l1_loss', (a, b) => smoothL1Loss(a, b, { beta: 0.3 }), ', beta=0.3'),
  ...distances('l1_loss', (a, b) => smoothL1Loss(a, b, { beta: 0 })),
  loss(
    '(c * b * F.softplus(-a) + (1 - b) * F.softplus(a)).mean()',
    [normal(SHAPE), uniform(SHAPE, 0, 1), uniform([4], 0.5, 3)],
    (a, b, c) => binaryCrossEntropyWithLogits(a, b, { posWeight: c }),
  ),
  ...[0, 1].map((target) =>
    loss(
      `${BCE}(a, b, reduction="none")`,
      [vector(FAR), vector(FAR.map(() => target))],
      (a, b) => binaryCrossEntropyWithLogits(a, b, { reduction: 'none' }),
      false,
    ),
  ),
  loss('F.mse_loss(a, b)', [normal(SHAPE), normal(SHAPE)], (a, b) => meanSquaredError().build(a, b)),
  loss('((a - b) ** 2 * c[:, None]).sum() / (4 * c.sum())', [normal(SHAPE), normal(SHAPE), SAMPLES], (a, b, c) =>
    meanSquaredError().build(a, b, c),
  ),
];

export const lossCases: readonly FunctionCase[] = [...classes, ...regressions];
