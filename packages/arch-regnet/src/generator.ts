// The RegNet generator: six numbers become stages. arXiv:2003.13678, section 3.3

import { NetwrightError } from '@netwright/ir';
import { roundHalfEven } from './round-half-even.ts';

/** The quantized linear parameterization. */
export interface RegNetParameters {
  /** Blocks of all stages together: d. */
  readonly depth: number;
  /** Width of the first block, a multiple of the quantum: w0. */
  readonly initialWidth: number;
  /** Channels that each block adds before quantization: wa. */
  readonly slope: number;
  /** Factor between the widths of stages, above 1: wm. */
  readonly multiplier: number;
}

/** What six numbers make of a network, before widths are fitted to groups. */
export interface RegNetWidths {
  /** Channels of every block on the line w0 + wa j. */
  readonly continuous: readonly number[];
  /** Channels of every block, quantized. */
  readonly blocks: readonly number[];
  /** Blocks of one width, in order. */
  readonly stages: readonly { readonly width: number; readonly depth: number }[];
  /** Stages that the exponents span; more than there are where a power of the multiplier is skipped. */
  readonly possibleStages: number;
}

/** Widths are multiples of this. */
const QUANTUM = 8;

/**
 * Widths of the blocks: those of a line, each moved to the nearest w0 wm^s with an integer s, then to the nearest multiple of `quantum`. Both roundings take the even one
 * of two equally near ones, as NumPy does for pycls.
 *
 * @throws NetwrightError `regnet.parameters` for parameters outside the design space.
 */
export function regnetWidths(parameters: RegNetParameters, quantum = QUANTUM): RegNetWidths {
  check(parameters, quantum);
  const { depth, initialWidth, slope, multiplier } = parameters;
  const continuous = Array.from({ length: depth }, (_, block) => block * slope + initialWidth);
  const exponents = continuous.map((width) => roundHalfEven(Math.log(width / initialWidth) / Math.log(multiplier)));
  const blocks = exponents.map(
    (exponent) => roundHalfEven((initialWidth * multiplier ** exponent) / quantum) * quantum,
  );
  const stages = [...new Set(blocks)].map((width) => ({
    width,
    depth: blocks.filter((one) => one === width).length,
  }));
  return { continuous, blocks, stages, possibleStages: Math.max(...exponents) + 1 };
}

function check({ depth, initialWidth, slope, multiplier }: RegNetParameters, quantum: number): void {
  const reasons = [
    ...(Number.isSafeInteger(depth) && depth > 0 ? [] : ['depth must be a positive integer']),
    ...(initialWidth > 0 && initialWidth % quantum === 0
      ? []
      : [`initialWidth must be a positive multiple of ${String(quantum)}`]),
    ...(slope >= 0 && Number.isFinite(slope) ? [] : ['slope must not be negative']),
    ...(multiplier > 1 && Number.isFinite(multiplier) ? [] : ['multiplier must be above 1']),
  ];
  if (reasons.length === 0) return;
  throw new NetwrightError({
    code: 'regnet.parameters',
    operation: 'regnetWidths',
    expected: 'parameters of the RegNet design space',
    received: `depth ${String(depth)}, initialWidth ${String(initialWidth)}, slope ${String(slope)}, multiplier ${String(multiplier)}`,
    reasons,
  });
}
