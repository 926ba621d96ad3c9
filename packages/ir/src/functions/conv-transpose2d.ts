import { addChannelBias } from '../ops/channel-bias.ts';
import type { Pair } from '../ops/attributes.ts';
import { conv2dInputGrad } from '../ops/conv2d-input-grad.ts';
import { imageSizes } from '../ops/conv2d-shape.ts';
import { pad } from '../ops/pad.ts';
import { pairOf, paddingOf, type PaddingOption, type PairOption, type WindowAttrs } from '../ops/window.ts';
import { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';

/** Settings of the convolution whose input gradient this is; as those of `torch.nn.functional.conv_transpose2d`. */
export interface ConvTranspose2dOptions {
  /** [O], added to every pixel. Default none. */
  readonly bias?: Tensor | undefined;
  /** Default 1. */
  readonly stride?: PairOption;
  /** Taken off at each side. Default 0. */
  readonly padding?: PaddingOption;
  /** Rows and columns added at the bottom and right, fewer than the larger of stride and dilation. Default 0. */
  readonly outputPadding?: PairOption;
  /** Default 1. */
  readonly dilation?: PairOption;
  /** Default 1. */
  readonly groups?: number;
}

/**
 * Transposed convolution of x [N, I, H, W] with weight [I, O / groups, KH, KW], as `torch.nn.functional.conv_transpose2d`: the
 * input gradient of the convolution with that weight. Gives [N, O, OH, OW],
 * `OH = (H - 1) * stride - top - bottom + dilation * (KH - 1) + outputPadding + 1`.
 *
 * Errors: `convTranspose2d.operands`.
 */
export function convTranspose2d(x: Tensor, weight: Tensor, options: ConvTranspose2dOptions = {}): Tensor {
  const { bias, groups = 1 } = options;
  const window = {
    stride: pairOf(options.stride ?? 1),
    padding: paddingOf(options.padding ?? 0),
    dilation: pairOf(options.dilation ?? 1),
  };
  const outputPadding = pairOf(options.outputPadding ?? 0);
  const size = checkedSize(x, weight, window, groups, outputPadding);
  const { stride, padding } = window;
  // A convolution leaves out fewer rows than its stride. Further ones come from less padding, and beyond that they are zeros.
  const extra = outputPadding.map((count, axis) => Math.max(count - stride[axis] + 1, 0));
  const restored = extra.map((count, axis) => Math.min(count, padding[axis + 2]));
  const zeros = extra.map((count, axis) => count - restored[axis]);
  const y = conv2dInputGrad(x, weight, {
    ...window,
    padding: [padding[0], padding[1], padding[2] - restored[0], padding[3] - restored[1]],
    groups,
    inputSize: [size[0] - zeros[0], size[1] - zeros[1]],
  });
  return addChannelBias('convTranspose2d', pad(y, { axes: [2, 3], after: zeros }), bias);
}

/** Height and width of the result. */
function checkedSize(x: Tensor, weight: Tensor, window: WindowAttrs, groups: number, outputPadding: Pair): Pair {
  const { stride, padding, dilation } = window;
  const check = new ShapeCheck('convTranspose2d', [x.type, weight.type], x.builder.scope);
  for (const { dtype } of [x, weight]) check.require(dtype === 'f32', `element type ${dtype} is not f32`);
  const positive = check.require(
    [...stride, ...dilation, groups].every((value) => Number.isInteger(value) && value > 0),
    'stride, dilation and groups must be positive integers',
  );
  const natural = check.require(
    [...padding, ...outputPadding].every((value) => Number.isInteger(value) && value >= 0),
    'padding and outputPadding must be non-negative integers',
  );
  check.require(
    outputPadding.every((count, axis) => count < Math.max(stride[axis], dilation[axis])),
    `outputPadding ${outputPadding.join(' x ')} is not less than the larger of stride and dilation`,
  );
  const image = imageSizes(x.shape);
  const kernel = imageSizes(weight.shape);
  check.require(image !== undefined, 'x is not [N, I, H, W] with fixed I, H and W');
  check.require(kernel !== undefined, 'the weight is not [I, O / groups, KH, KW] with fixed sizes');
  const size: [number, number] = [0, 0];
  if (image !== undefined && kernel !== undefined) {
    const rows = weight.shape[0];
    check.require(rows === image[0], `x has ${String(image[0])} channels, the weight ${String(rows)} rows`);
    check.require(image[0] % groups === 0, `${String(image[0])} channels do not divide into ${String(groups)} groups`);
    for (const axis of [0, 1] as const) {
      const whole = (image[axis + 1] - 1) * stride[axis] + dilation[axis] * (kernel[axis + 1] - 1) + 1;
      size[axis] = whole - padding[axis] - padding[axis + 2] + outputPadding[axis];
    }
    check.require(
      !positive || !natural || size.every((length) => length > 0),
      `padding leaves ${size.join(' x ')} of the result`,
    );
  }
  check.done('images x [N, I, H, W] and a weight [I, O / groups, KH, KW] that fit together');
  return size;
}
