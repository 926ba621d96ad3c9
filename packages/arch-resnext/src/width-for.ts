// The width of a branch under a budget. arXiv:1611.05431, section 3.4

import { NetwrightError } from '@netwright/ir';

/** A bottleneck with grouped convolution, all but for its width. */
export interface WidthForOptions {
  /** Number of branches, the cardinality. */
  readonly groups: number;
  /** Multiply-adds of the block for one pixel, which are also its weights. */
  readonly macs: number;
  /** Channels of the block's input and output. Default 256. */
  readonly channels?: number;
  /** Kernel of the grouped convolution. Default 3. */
  readonly kernel?: number;
}

/**
 * The width d for which `groups` branches of 1x1, kernel x kernel and 1x1 convolutions cost `macs` for one pixel: the positive root of
 * groups * (channels * d + kernel^2 * d^2 + d * channels) = macs. It is a real number; round it to use it.
 *
 * @throws NetwrightError `resnext.widthFor` where a number is not positive, or groups, channels or kernel is not an integer.
 */
export function widthFor({ groups, macs, channels = 256, kernel = 3 }: WidthForOptions): number {
  const reasons = [
    ...(Object.entries({ groups, channels, kernel }) as readonly (readonly [string, number])[]).flatMap(
      ([name, value]) => (Number.isSafeInteger(value) && value > 0 ? [] : [`${name} must be a positive integer`]),
    ),
    ...(Number.isFinite(macs) && macs > 0 ? [] : ['macs must be a positive number']),
  ];
  if (reasons.length > 0) {
    throw new NetwrightError({
      code: 'resnext.widthFor',
      operation: 'widthFor',
      expected: 'positive numbers',
      received: JSON.stringify({ groups, macs, channels, kernel }),
      reasons,
    });
  }
  const area = kernel ** 2;
  return (Math.sqrt(channels ** 2 + (area * macs) / groups) - channels) / area;
}
