import type { GradientRule, Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { applyPrimitive } from './apply.ts';
import type { AvgPool2dAttrs, Pair } from './attributes.ts';
import { avgPool2dAdjoint } from './avg-pool2d-adjoint.ts';
import { pooledType, visitWindows } from './pool2d-shape.ts';
import { elementCount } from './row-major.ts';
import { pairOf, paddingOf, type PaddingOption, type PairOption } from './window.ts';

/** As those of `torch.nn.functional.avg_pool2d`; a number stands for both axes. */
export interface AvgPool2dOptions {
  readonly kernel: PairOption;
  /** Default the kernel. */
  readonly stride?: PairOption;
  /** At most half of the window. Default 0. */
  readonly padding?: PaddingOption;
  /** Whether a last window may overhang at the bottom and right; the overhang is not counted. Default false. */
  readonly ceilMode?: boolean;
  /** Whether padding counts in the divisor. Default true. */
  readonly countIncludePad?: boolean;
}

/**
 * Mean of each window of x [N, C, H, W], as `torch.nn.functional.avg_pool2d`.
 *
 * Errors: `avgPool2d.operands`.
 */
export function avgPool2d(x: Tensor, options: AvgPool2dOptions): Tensor {
  const { kernel, stride = kernel, padding = 0, ceilMode = false, countIncludePad = true } = options;
  const attrs: AvgPool2dAttrs = {
    kernel: pairOf(kernel),
    stride: pairOf(stride),
    padding: paddingOf(padding),
    ceilMode,
    countIncludePad,
  };
  return applyPrimitive(avgPool2dPrimitive, [x], attrs);
}

export const avgPool2dPrimitive: Primitive<'avgPool2d'> = {
  name: 'avgPool2d',
  traits: { family: 'window' },
  infer: (inputs, attrs) => pooledType('avgPool2d', inputs, attrs, 'f32', 1),
  macs: () => 0,
  evaluate: ({ inputs: [x], attrs, shape, round }) => {
    const result = new Float64Array(elementCount(shape));
    visitWindows(x.shape, shape, attrs, (inputAt, outputAt) => {
      result[outputAt] = round(result[outputAt] + x.data[inputAt]);
    });
    const divisors = windowDivisors([x.shape[2], x.shape[3]], [shape[2], shape[3]], attrs);
    return result.map((total, at) => total / divisors[at % divisors.length]);
  },
};

export const avgPool2dGradient: GradientRule<'avgPool2d'> = ({ inputs: [x], grad, attrs }) => [
  avgPool2dAdjoint(grad, { ...attrs, inputSize: [x.shape[2] as number, x.shape[3] as number] }),
];

/** What each window of a plane is divided by: its elements inside the image, or inside the padded image with `countIncludePad`. */
export function windowDivisors(
  input: Pair,
  output: Pair,
  { kernel, stride, padding, countIncludePad }: AvgPool2dAttrs,
): Float64Array {
  const along = (axis: 0 | 1): readonly number[] =>
    Array.from({ length: output[axis] }, (_, index) => {
      const start = index * stride[axis] - padding[axis];
      const end = Math.min(start + kernel[axis], input[axis] + padding[axis + 2]);
      return countIncludePad ? end - start : Math.min(end, input[axis]) - Math.max(start, 0);
    });
  const columns = along(1);
  return Float64Array.from(along(0).flatMap((rows) => columns.map((column) => rows * column)));
}
