// How a tile adds up its sums: the order of their loops, slices, and partial sums.

import { storedBytes, type LoadNode, type LoweredKernel } from './lowered.ts';
import { cacheLine, evenSize, extentOf, type PartialSums, type TilePlan, type TileTuning } from './tile-plan.ts';

const shortestSum = 32;

export function reductionOrder(
  kernel: LoweredKernel,
  loads: readonly LoadNode[],
  lane: number | undefined,
  tile: ReadonlyMap<number, number>,
): readonly number[] {
  const stride = (axis: number): number => {
    if (axis === lane) return -1;
    const steps = loads.map((load) => Math.abs(load.address.coefficients.get(axis) ?? 0)).filter((step) => step > 0);
    return steps.length === 0 ? 0 : steps.reduce((sum, step) => sum + step, 0);
  };
  return kernel.reductionAxes.filter((axis) => axis === lane || !tile.has(axis)).sort((a, b) => stride(b) - stride(a));
}

/** Slices for contractions whose every step touches new cache lines of both operands, as sums over pixels do. */
export function reductionSlices(
  kernel: LoweredKernel,
  loads: readonly LoadNode[],
  reduction: readonly number[],
  lane: number,
  tuning: TileTuning,
): TilePlan['slices'] {
  const [output] = kernel.outputs;
  const innermost = reduction.at(-1);
  if (kernel.outputs.length !== 1 || output === undefined || innermost === undefined) return [];
  if (
    output.value.kind !== 'reduce' ||
    output.value.op !== 'sum' ||
    output.stored !== 'f32' ||
    output.value.dtype !== 'f32'
  )
    return [];
  if (kernel.nodes.some((node) => node.kind === 'load' && node.slot === output.slot)) return [];
  const step = (load: LoadNode): number => Math.abs(load.address.coefficients.get(innermost) ?? 0);
  const isContiguous = loads.some((load) => step(load) <= storedBytes[load.stored]);
  if (isContiguous || loads.some((load) => load.axes.has(lane) && step(load) < cacheLine)) return [];
  const steps = reduction.reduce((product, axis) => product * extentOf(kernel, axis), 1);
  if (steps < 2 * tuning.reductionChunk) return [];
  const slices: { axis: number; size: number }[] = [];
  let room = tuning.reductionChunk;
  for (const axis of [...reduction].reverse()) {
    const extent = extentOf(kernel, axis);
    if (room >= extent) {
      room = Math.floor(room / extent);
      continue;
    }
    slices.unshift({ axis, size: sliceSize(extent, Math.max(1, room)) });
    room = 1;
  }
  return slices;
}

/** Slices of an even number of steps are all even, so that turns of two steps divide them. */
function sliceSize(extent: number, most: number): number {
  const size = evenSize(extent, most);
  return extent % 2 === 0 && size % 2 === 1 && size < most ? size + 1 : size;
}

/** Only where every reduction of the kernel is one f32 sum over all loops. */
export function partialSums(
  kernel: LoweredKernel,
  reduction: readonly number[],
  { longestSum }: TileTuning,
): PartialSums | undefined {
  const reduces = kernel.nodes.filter((node) => node.kind === 'reduce');
  if (!reduces.every(({ op, dtype, over }) => op === 'sum' && dtype === 'f32' && over.length === reduction.length))
    return undefined;
  let steps = reduction.reduce((product, axis) => product * extentOf(kernel, axis), 1);
  let depth = 0;
  while (steps > longestSum && depth + 1 < reduction.length) {
    steps /= extentOf(kernel, reduction[depth] ?? -1);
    depth += 1;
  }
  const chunk = steps > longestSum ? largestDivisor(steps, longestSum) : 0;
  return depth === 0 && chunk < shortestSum ? undefined : { depth, chunk: chunk < shortestSum ? 0 : chunk };
}

function largestDivisor(value: number, limit: number): number {
  let divisor = limit;
  while (value % divisor !== 0) divisor -= 1;
  return divisor;
}
