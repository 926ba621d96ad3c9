// Stages of AnyNets, and how their widths are fitted to their groups.

import { makeDivisible } from '@netwright/arch';
import { NetwrightError } from '@netwright/ir';
import { roundHalfEven } from './round-half-even.ts';

/** One stage of an AnyNet. */
export interface AnyNetStage {
  /** Blocks. */
  readonly depth: number;
  /** Channels of the blocks' outputs. */
  readonly width: number;
  /** Channels of a group of the 3 x 3 convolutions; at most all of them. */
  readonly groupWidth: number;
  /** Channels of the 3 x 3 convolutions over those of the output: below 1, or an integer. Default 1. */
  readonly bottleneck?: number;
  /** Of the first block. Default 2. */
  readonly stride?: number;
}

/**
 * How widths become multiples of the group width. `pycls`: the nearest multiple. `torchvision`: the nearest one that takes away no more than a tenth, so
 * that some stages are one group wider.
 */
export type WidthCompatibility = 'pycls' | 'torchvision';

/** A stage whose width is a multiple of its group width, with nothing left to default. */
export type FittedStage = Required<AnyNetStage>;

/**
 * The stages with group widths that are not above the channels of the 3 x 3 convolutions, and widths that make those a multiple of the group width.
 *
 * @throws NetwrightError `regnet.stages` for sizes that are not positive integers, and for bottleneck ratios above 1 that are no integers.
 */
export function fitStages(stages: readonly AnyNetStage[], compat: WidthCompatibility): readonly FittedStage[] {
  const reasons = stages.flatMap(reasonsOf);
  if (stages.length === 0 || reasons.length > 0) {
    throw new NetwrightError({
      code: 'regnet.stages',
      operation: 'fitStages',
      expected: 'one stage or more, of positive integers',
      received: JSON.stringify(stages),
      reasons,
    });
  }
  return stages.map(({ depth, width, groupWidth, bottleneck = 1, stride = 2 }) => {
    const inner = Math.max(1, Math.floor(width * bottleneck));
    const group = Math.min(groupWidth, inner);
    const step = bottleneck > 1 ? leastCommonMultiple(group, bottleneck) : group;
    const fitted =
      compat === 'pycls' ? Math.max(step, Math.floor(roundHalfEven(inner / step) * step)) : makeDivisible(inner, step);
    return { depth, width: Math.floor(fitted / bottleneck), groupWidth: group, bottleneck, stride };
  });
}

function reasonsOf({ depth, width, groupWidth, bottleneck = 1, stride = 2 }: AnyNetStage, index: number): string[] {
  const whole = [depth, width, groupWidth, stride].every((size) => Number.isSafeInteger(size) && size > 0);
  const ratio = bottleneck > 0 && (bottleneck < 1 || Number.isSafeInteger(bottleneck));
  const stage = `stage ${String(index + 1)}`;
  return [
    ...(whole ? [] : [`${stage}: depth, width, groupWidth and stride must be positive integers`]),
    ...(ratio ? [] : [`${stage}: bottleneck must be positive, and an integer where it is above 1`]),
  ];
}

function leastCommonMultiple(a: number, b: number): number {
  const divisor = (x: number, y: number): number => (y === 0 ? x : divisor(y, x % y));
  return (a / divisor(a, b)) * b;
}
