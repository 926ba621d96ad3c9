// Chooses lanes, register tile and loop order of a lowered kernel from the affine form of its accesses.

import { canVectorizeGuards } from './vectorize-guards.ts';
import { isAffineIn, type LinearIndex } from './linear-index.ts';
import { laneAccess, laneCost, takeCensus, type Census } from './lane-cost.ts';
import { storedBytes, type LoadNode, type LoweredKernel } from './lowered.ts';
import { planPrefetches } from './plan-prefetches.ts';
import { uncachedSlots } from './plan-stores.ts';
import { partialSums, reductionOrder, reductionSlices } from './plan-sums.ts';
import {
  evenSize,
  extentOf,
  simd128Tuning,
  type BlockLoop,
  type TilePlan,
  type TileShape,
  type TileTuning,
} from './tile-plan.ts';

/** Accumulators that leave registers for both operands. */
const mostTaps = 9;
/** Vectors along the lanes where memory is the limit: it is fastest where it is read in order. */
const sideBySide = 4;
const sharedIterations = 64;
const smallestGroup = 8;
/** More iterations than this would spend their time on decoding. */
const mostIterations = 1024;

export function planTiles(kernel: LoweredKernel, tuning: TileTuning = simd128Tuning): TilePlan {
  const census = takeCensus(kernel);
  const { lane, cost } = chooseLane(kernel, census, tuning);
  const loads = [...census.inside.keys()].filter((node): node is LoadNode => node.kind === 'load');
  const shape =
    lane !== undefined && kernel.reductionAxes.includes(lane)
      ? reducedLaneTile(kernel, loads, lane, tuning)
      : outputLaneTile(kernel, census, loads, lane, tuning);
  const reduction = reductionOrder(kernel, loads, lane, shape.tile);
  const slices = shape.splat && lane !== undefined ? reductionSlices(kernel, loads, reduction, lane, tuning) : [];
  const order = outputOrder(kernel, loads, lane, shape);
  const partial = shape.splat && slices.length === 0 ? partialSums(kernel, reduction, tuning) : undefined;
  const loops = splitOrder(kernel, shape, order, tuning);
  const prefetches =
    lane === undefined ? [] : planPrefetches(kernel, loads, lane, shape, { reduction, slices }, tuning);
  return {
    lanes: tuning.lanes,
    lane,
    tile: shape.tile,
    splat: shape.splat,
    ...loops,
    reduction,
    stepsPerTurn: tuning.stepsPerTurn,
    slices,
    partial,
    prefetches,
    uncached: lane === undefined || slices.length > 0 ? new Set() : uncachedSlots(kernel, lane, shape, tuning),
    cost,
  };
}

function chooseLane(
  kernel: LoweredKernel,
  census: Census,
  { lanes }: TileTuning,
): { lane: number | undefined; cost: number } {
  let lane: number | undefined;
  let cost = laneCost(kernel, census, undefined, lanes);
  for (const axis of [...kernel.axes, ...kernel.reductionAxes]) {
    if (!canVectorizeGuards(kernel, axis)) continue;
    const candidate = laneCost(kernel, census, axis, lanes);
    if (candidate < cost) {
      lane = axis;
      cost = candidate;
    }
  }
  return { lane, cost };
}

function reducedLaneTile(
  kernel: LoweredKernel,
  loads: readonly LoadNode[],
  lane: number,
  { lanes }: TileTuning,
): TileShape {
  const tile = new Map<number, number>();
  const sharing = kernel.axes.filter(
    (axis) => loads.some((load) => !load.axes.has(axis)) && loads.some((load) => load.axes.has(axis)),
  );
  const row = sharing.find((axis) => extentOf(kernel, axis) > 1);
  const column = sharing.find(
    (axis) => axis !== row && loads.some((load) => load.axes.has(axis) && row !== undefined && !load.axes.has(row)),
  );
  if (row !== undefined) tile.set(row, Math.min(extentOf(kernel, row), column === undefined ? 4 : 2));
  if (column !== undefined) tile.set(column, Math.min(extentOf(kernel, column), 4));
  const accumulators = [...tile.values()].reduce((a, b) => a * b, 1);
  const vectors = Math.min(
    Math.ceil(extentOf(kernel, lane) / lanes),
    accumulators >= 8 ? 1 : accumulators >= 4 ? 2 : 4,
  );
  tile.set(lane, vectors * lanes);
  return { tile, row, splat: false };
}

function outputLaneTile(
  kernel: LoweredKernel,
  census: Census,
  loads: readonly LoadNode[],
  lane: number | undefined,
  tuning: TileTuning,
): TileShape {
  const tile = new Map<number, number>();
  const { lanes } = tuning;
  const available = lane === undefined ? 1 : Math.ceil(extentOf(kernel, lane) / lanes);
  const balanced = evenSize(available, tuning.vectors);
  const wide = evenSize(available, sideBySide);
  const rows = kernel.axes.filter((axis) => axis !== lane);
  if (loads.length === 0) {
    const size = census.outside.size;
    const vectors = Math.min(balanced, size < 24 ? 4 : size < 60 ? 2 : 1);
    if (lane !== undefined) tile.set(lane, vectors * lanes);
    const row = transposedRow(kernel, census, lane);
    if (row !== undefined) {
      tile.set(row, Math.min(4, extentOf(kernel, row)));
      if (lane !== undefined) tile.set(lane, lanes);
    }
    return { tile, row, splat: false };
  }
  const splat =
    lane !== undefined && loads.some((load) => !load.axes.has(lane)) && loads.some((load) => load.axes.has(lane));
  const strided = (axis: number): number =>
    Math.max(
      ...loads.filter((load) => load.axes.has(axis)).map((load) => Math.abs(load.address.coefficients.get(axis) ?? 0)),
      0,
    );
  if (splat) {
    const shares = rows.filter(
      (axis) =>
        loads.some((load) => load.axes.has(lane) && !load.axes.has(axis)) && loads.some((load) => load.axes.has(axis)),
    );
    const wanted = tuning.rows[balanced] ?? 1;
    // Rows that lie side by side are one stream: each of their cache lines is used up at once.
    const row =
      shares.find((axis) => strided(axis) === storedBytes.f32 && extentOf(kernel, axis) >= wanted) ??
      best(shares, (axis) => Math.min(extentOf(kernel, axis), 64) - strided(axis) / 2 ** 40);
    tile.set(lane, balanced * lanes);
    if (row !== undefined) tile.set(row, evenSize(extentOf(kernel, row), wanted));
    return { tile, row, splat };
  }
  const overlapping = rows.flatMap((row) => {
    const axes = kernel.reductionAxes.filter(
      (axis) => extentOf(kernel, axis) <= 5 && loads.some((load) => overlaps(load.address, row, axis)),
    );
    const shared = loads.some((load) => !load.axes.has(row)) && loads.some((load) => load.axes.has(row));
    const unrolled = shared || loads.length === 1 ? best(axes, (axis) => -strided(axis)) : undefined;
    return unrolled === undefined ? [] : [{ row, unrolled, step: Math.round(strided(row) / strided(unrolled)) }];
  });
  const window = best(overlapping, ({ row }) => -strided(row));
  if (window !== undefined) {
    const taps = extentOf(kernel, window.unrolled);
    const pools = loads.length === 1;
    if (lane !== undefined) tile.set(lane, (pools ? wide : 1) * lanes);
    const positions = pools ? Math.floor(sideBySide / wide) : windowRows(taps, window.step, tuning);
    if (positions > 1) tile.set(window.row, Math.min(positions, extentOf(kernel, window.row)));
    tile.set(window.unrolled, taps);
    return { tile, row: window.row, splat };
  }
  const taps = lane === undefined ? [] : tapsOf(rows, loads, strided, (axis) => extentOf(kernel, axis));
  for (const axis of taps) tile.set(axis, extentOf(kernel, axis));
  if (lane !== undefined) tile.set(lane, (taps.length > 0 ? 1 : wide) * lanes);
  return { tile, row: undefined, splat };
}

/** Positions of a window in a tile, `step` elements apart: one less where all that they load and add up then fits the registers. */
function windowRows(taps: number, step: number, { windowVectors }: TileTuning): number {
  const fits = (rows: number): boolean => (rows - 1) * step + 2 * taps + rows <= windowVectors;
  return fits(3) && !fits(4) ? 3 : 4;
}

/** Short axes of some operands only, as the taps of a depthwise weight gradient are: one accumulator for each tap. */
function tapsOf(
  rows: readonly number[],
  loads: readonly LoadNode[],
  strided: (axis: number) => number,
  extent: (axis: number) => number,
): readonly number[] {
  const shared = rows.filter(
    (axis) =>
      extent(axis) > 1 && loads.some((load) => load.axes.has(axis)) && loads.some((load) => !load.axes.has(axis)),
  );
  const chosen: number[] = [];
  let accumulators = 1;
  for (const axis of [...shared].sort((a, b) => strided(a) - strided(b))) {
    if (accumulators * extent(axis) > mostTaps) break;
    chosen.push(axis);
    accumulators *= extent(axis);
  }
  return chosen;
}

/** A window slides: steps along `row` meet addresses of steps along `axis`. */
function overlaps(address: LinearIndex, row: number, axis: number): boolean {
  const step = address.coefficients.get(row) ?? 0;
  const tap = address.coefficients.get(axis) ?? 0;
  return (
    step !== 0 &&
    tap !== 0 &&
    (step === Math.abs(tap) || step === 2 * Math.abs(tap)) &&
    isAffineIn(address, row) &&
    isAffineIn(address, axis)
  );
}

function best<T>(items: readonly T[], score: (item: T) => number): T | undefined {
  let found: T | undefined;
  for (const item of items) if (found === undefined || score(item) > score(found)) found = item;
  return found;
}

/** For a copy that turns rows into lanes: the axis along which the source is contiguous. */
function transposedRow(kernel: LoweredKernel, census: Census, lane: number | undefined): number | undefined {
  if (lane === undefined) return undefined;
  for (const node of census.outside) {
    if (node.kind !== 'load' || laneAccess(node, lane) !== 'strided') continue;
    const row = kernel.axes.find(
      (axis) => axis !== lane && node.address.coefficients.get(axis) === storedBytes[node.stored],
    );
    if (row !== undefined) return row;
  }
  return undefined;
}

interface OutputOrder {
  /** Outermost first. */
  readonly axes: readonly number[];
  /** A matrix product whose larger operand has the rows: a group of them stays cached while every panel of the other passes. */
  readonly rowGroups: boolean;
}

function outputOrder(
  kernel: LoweredKernel,
  loads: readonly LoadNode[],
  lane: number | undefined,
  { row, splat }: TileShape,
): OutputOrder {
  const written = (axis: number): number =>
    Math.max(...kernel.outputs.map(({ address }) => Math.abs(address.coefficients.get(axis) ?? 0)));
  const others = kernel.axes.filter((axis) => axis !== lane && axis !== row).sort((a, b) => written(b) - written(a));
  const lanes = lane !== undefined && kernel.axes.includes(lane) ? [lane] : [];
  const rows = row === undefined ? [] : [row];
  if (!splat) {
    // Threads that share cache lines of what they write wait for each other: axes that lie closer than the lanes are inside.
    const closer = others.filter((axis) => lanes.some((own) => written(axis) < written(own)));
    const farther = others.filter((axis) => !closer.includes(axis));
    const axes = closer.length === 0 ? [...others, ...rows, ...lanes] : [...farther, ...lanes, ...closer, ...rows];
    return { axes, rowGroups: false };
  }
  const footprint = (chosen: readonly LoadNode[]): number =>
    chosen.reduce(
      (sum, load) => sum + [...load.axes].reduce((product, axis) => product * extentOf(kernel, axis), 4),
      0,
    );
  const vectors = footprint(loads.filter((load) => lane !== undefined && load.axes.has(lane)));
  const splats = footprint(loads.filter((load) => lane === undefined || !load.axes.has(lane)));
  const shared = others.filter((axis) => loads.every((load) => load.axes.has(axis)));
  const beside = others.filter(
    (axis) =>
      lane !== undefined &&
      !shared.includes(axis) &&
      loads.every((load) => load.axes.has(lane) || !load.axes.has(axis)),
  );
  const rest = others.filter((axis) => !shared.includes(axis) && !beside.includes(axis));
  const across = [...beside, ...lanes];
  if (vectors > splats) return { axes: [...shared, ...across, ...rest, ...rows], rowGroups: false };
  return { axes: [...shared, ...rest, ...across, ...rows], rowGroups: shared.length + rest.length === 0 };
}

function splitOrder(
  kernel: LoweredKernel,
  { tile, row }: TileShape,
  { axes, rowGroups }: OutputOrder,
  tuning: TileTuning,
): { shared: readonly BlockLoop[]; inner: readonly number[] } {
  const blocks = (axis: number): number => Math.ceil(extentOf(kernel, axis) / (tile.get(axis) ?? 1));
  const looped = axes.filter((axis) => blocks(axis) > 1);
  if (rowGroups && row !== undefined && looped.at(-1) === row) {
    const rowBytes = kernel.reductionAxes.reduce((product, axis) => product * extentOf(kernel, axis), 4);
    const cached = Math.floor(tuning.rowGroupBytes / rowBytes / (tile.get(row) ?? 1));
    const group = Math.max(smallestGroup, Math.min(cached, Math.ceil(blocks(row) / sharedIterations)));
    if (group < blocks(row)) return { shared: [{ axis: row, parts: partsOf(blocks(row), group) }], inner: looped };
  }
  const shared: BlockLoop[] = [];
  let iterations = 1;
  while (looped.length > 1 && iterations < sharedIterations) {
    const [axis] = looped;
    if (axis === undefined) break;
    const count = blocks(axis);
    if (iterations * count > mostIterations) break;
    shared.push({ axis, parts: count });
    iterations *= count;
    looped.shift();
  }
  const [last] = looped;
  if (iterations < sharedIterations && last !== undefined) {
    const smallest = looped.length > 1 ? 1 : smallestGroup;
    const group = Math.max(Math.ceil(blocks(last) / Math.ceil(sharedIterations / iterations)), smallest);
    if (group < blocks(last)) shared.push({ axis: last, parts: partsOf(blocks(last), group) });
  }
  return { shared, inner: looped };
}

/** Few parts are an even number of them: two threads share an odd number badly. */
function partsOf(blocks: number, group: number): number {
  const parts = Math.ceil(blocks / group);
  return parts < sharedIterations / 4 ? Math.min(blocks, parts + (parts % 2)) : parts;
}
