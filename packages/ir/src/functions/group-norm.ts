import { add } from '../ops/add.ts';
import { mul } from '../ops/mul.ts';
import { reshape } from '../ops/reshape.ts';
import { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';
import { normalize } from './normalize.ts';
import { perChannel } from './per-channel.ts';

/** Scale and shift of each of the C channels; without them the result has mean 0 and variance 1 in every group. */
export interface GroupNormOptions {
  /** [C]; default none. */
  readonly weight?: Tensor | undefined;
  /** [C]; default none. */
  readonly bias?: Tensor | undefined;
  /** Default 1e-5. */
  readonly eps?: number;
}

/**
 * Normalization of x [N, C, ...] over each of `groups` groups of channels of each sample, with the biased variance.
 * arXiv:1803.08494. Errors: `groupNorm.operands`.
 */
export function groupNorm(x: Tensor, groups: number, options: GroupNormOptions = {}): Tensor {
  return normalizeGroups('groupNorm', x, groups, options);
}

/** {@link groupNorm} for `operation`. */
export function normalizeGroups(
  operation: string,
  x: Tensor,
  groups: number,
  { weight, bias, eps = 1e-5 }: GroupNormOptions,
): Tensor {
  const [batch, channels, ...rest] = x.shape;
  checkOperands(operation, x, groups, { weight, bias });
  const grouped = reshape(x, [batch, groups, Number(channels) / groups, ...rest]);
  const axes = grouped.shape.map((_, axis) => axis).slice(2);
  const y = reshape(normalize(grouped, axes, eps), x.shape);
  const scaled = weight === undefined ? y : mul(y, perChannel(weight, x));
  return bias === undefined ? scaled : add(scaled, perChannel(bias, x));
}

function checkOperands(
  operation: string,
  x: Tensor,
  groups: number,
  affine: { readonly weight: Tensor | undefined; readonly bias: Tensor | undefined },
): void {
  const operands = [x, affine.weight, affine.bias].filter((operand) => operand !== undefined);
  const check = new ShapeCheck(
    operation,
    operands.map(({ type }) => type),
    x.builder.scope,
  );
  for (const { dtype } of operands) check.require(dtype === 'f32', `element type ${dtype} is not f32`);
  const channels = x.shape[1];
  if (check.require(typeof channels === 'number', 'x has no channel axis of fixed length')) {
    check.require(
      Number.isInteger(groups) && groups > 0 && Number(channels) % groups === 0,
      `${String(channels)} channels do not divide into ${String(groups)} groups`,
    );
    for (const [name, operand] of Object.entries(affine)) {
      check.require(
        operand === undefined || (operand.shape.length === 1 && operand.shape[0] === channels),
        () => `the ${name} has not one number for each of the ${String(channels)} channels`,
      );
    }
  }
  check.done('x [N, C, ...] whose channels divide into the groups, and weight and bias [C]');
}
