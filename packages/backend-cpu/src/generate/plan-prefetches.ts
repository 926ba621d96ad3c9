// What the steps of a sum fetch ahead, where operands are larger than the caches of a core: hardware follows neither short runs of many rows nor slices.

import { storedBytes, type LoadNode, type LoweredKernel } from './lowered.ts';
import { cacheLine, extentOf, type Prefetch, type TilePlan, type TileShape, type TileTuning } from './tile-plan.ts';

/** Bytes that the caches of a core do not hold beside everything else. */
const largeOperand = 2 ** 18;
/** Most times that what is fetched is used: fetching it each time costs more than it saves. */
const mostPasses = 5;
/** Rows of the splatted operand may be so much longer than what a step reads of them. */
const longestPitch = 1.5;

export function planPrefetches(
  kernel: LoweredKernel,
  loads: readonly LoadNode[],
  lane: number,
  shape: TileShape,
  { reduction, slices }: Pick<TilePlan, 'reduction' | 'slices'>,
  tuning: TileTuning,
): readonly Prefetch[] {
  const innermost = reduction.at(-1);
  const { row } = shape;
  if (!tuning.canPrefetch || !shape.splat || row === undefined || innermost === undefined) return [];
  const large = loads.filter((load) => sizeOf(kernel, load) >= largeOperand);
  if (slices.length > 0)
    return large
      .filter((load) => passesOf(kernel, load, shape) <= mostPasses)
      .flatMap((load) => nextSlice(load, shape, slices));
  const panel = large.find(({ axes }) => axes.has(lane) && !axes.has(row));
  const rows = large.find(({ axes }) => axes.has(row) && !axes.has(lane));
  return [
    ...(panel === undefined ? [] : nextPanel(kernel, panel, lane, shape, innermost)),
    ...(rows === undefined || reduction.length > 1 ? [] : nextRows(kernel, rows, shape, innermost)),
  ];
}

/** How often every part of an operand is used. */
function passesOf(kernel: LoweredKernel, { axes }: LoadNode, { tile }: TileShape): number {
  const others = kernel.axes.filter((axis) => !axes.has(axis));
  return others.reduce((product, axis) => product * Math.ceil(extentOf(kernel, axis) / (tile.get(axis) ?? 1)), 1);
}

function sizeOf(kernel: LoweredKernel, { axes, stored }: LoadNode): number {
  return [...axes].reduce((product, axis) => product * extentOf(kernel, axis), storedBytes[stored]);
}

/** What this step of the sum reads in the next slice. */
function nextSlice(load: LoadNode, { tile }: TileShape, slices: TilePlan['slices']): readonly Prefetch[] {
  const last = slices.at(-1);
  const bytes = last === undefined ? 0 : (load.address.coefficients.get(last.axis) ?? 0) * last.size;
  if (bytes === 0) return [];
  const run = [...tile].find(([axis]) => load.address.coefficients.get(axis) === storedBytes[load.stored])?.[1] ?? 1;
  const lines = Math.ceil((run * storedBytes[load.stored]) / cacheLine);
  return [
    { slot: load.slot, ahead: Array.from({ length: lines }, (_, i) => bytes + i * cacheLine), lineByLine: undefined },
  ];
}

/** The next panel, where there is a cache line of it for each step and few rows use it. */
function nextPanel(
  kernel: LoweredKernel,
  { slot, address }: LoadNode,
  lane: number,
  { tile, row }: TileShape,
  innermost: number,
): readonly Prefetch[] {
  const passes = row === undefined ? 1 : Math.ceil(extentOf(kernel, row) / (tile.get(row) ?? 1));
  if (passes > mostPasses || address.coefficients.get(innermost) !== cacheLine) return [];
  const [bytes] = [...address.coefficients]
    .filter(([axis]) => axis !== lane && !kernel.reductionAxes.includes(axis))
    .map(([, coefficient]) => coefficient)
    .sort((a, b) => a - b);
  return bytes === undefined || bytes <= cacheLine ? [] : [{ slot, ahead: [bytes], lineByLine: undefined }];
}

/** The rows of the next tile, where they lie one after the other and a cache line in each step is enough for them. */
function nextRows(
  kernel: LoweredKernel,
  { slot, stored, address }: LoadNode,
  { tile, row }: TileShape,
  innermost: number,
): readonly Prefetch[] {
  if (row === undefined || address.coefficients.get(innermost) !== storedBytes[stored]) return [];
  const pitch = address.coefficients.get(row) ?? 0;
  const length = extentOf(kernel, innermost) * storedBytes[stored];
  const size = tile.get(row) ?? 1;
  if (
    pitch < length ||
    pitch > length * longestPitch ||
    size * pitch > extentOf(kernel, innermost) * cacheLine * longestPitch
  )
    return [];
  return [{ slot, ahead: [size * pitch], lineByLine: innermost }];
}
