import { NetwrightError } from '../errors.ts';
import { add } from '../ops/add.ts';
import { conv2dInputGrad } from '../ops/conv2d-input-grad.ts';
import { imageSizes } from '../ops/conv2d-shape.ts';
import { reshape } from '../ops/reshape.ts';
import { pairOf, paddingOf, type PaddingOption, type PairOption } from '../ops/window.ts';
import { formatType } from '../tensor-type.ts';
import type { Tensor } from '../tensor.ts';

export interface ConvTranspose2dOptions {
  /** [O]. */
  readonly bias?: Tensor | undefined;
  /** Default 1. */
  readonly stride?: PairOption;
  /** Default 0. */
  readonly padding?: PaddingOption;
  /** Rows and columns added at the bottom and right. Default 0. */
  readonly outputPadding?: PairOption;
  /** Default 1. */
  readonly dilation?: PairOption;
  /** Default 1. */
  readonly groups?: number;
}

/**
 * Transposed convolution of x [N, I, H, W] with weight [I, O / groups, KH, KW], as `torch.nn.functional.conv_transpose2d`: the input gradient of the
 * convolution with that weight.
 *
 * Errors: `convTranspose2d.operands`, `conv2dInputGrad.operands`.
 */
export function convTranspose2d(x: Tensor, weight: Tensor, options: ConvTranspose2dOptions = {}): Tensor {
  const [stride, dilation, extra] = [pairOf(options.stride ?? 1), pairOf(options.dilation ?? 1), pairOf(options.outputPadding ?? 0)];
  const padding = paddingOf(options.padding ?? 0);
  const image = imageSizes(x.shape);
  const kernel = imageSizes(weight.shape);
  if (image === undefined || kernel === undefined) {
    throw new NetwrightError({
      code: 'convTranspose2d.operands',
      operation: 'convTranspose2d',
      scope: x.builder.scope,
      expected: 'x [N, I, H, W] and weight [I, O / groups, KH, KW] with fixed sizes',
      received: `${formatType(x.type)}, ${formatType(weight.type)}`,
    });
  }
  const along = (axis: 0 | 1): number =>
    (image[axis + 1] - 1) * stride[axis] - padding[axis] - padding[axis + 2] + dilation[axis] * (kernel[axis + 1] - 1) + 1 + extra[axis];
  const y = conv2dInputGrad(x, weight, { stride, padding, dilation, groups: options.groups ?? 1, inputSize: [along(0), along(1)] });
  return options.bias === undefined ? y : add(y, reshape(options.bias, [1, ...options.bias.shape, 1, 1]));
}
