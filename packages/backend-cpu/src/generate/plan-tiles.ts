// Chooses lanes, register tile and loop order of a lowered kernel from the affine form of its accesses.

import { canVectorizeGuards } from './vectorize-guards.ts';
import { isAffineIn, type LinearIndex } from './linear-index.ts';
import { laneAccess, laneCost, takeCensus, type Census } from './lane-cost.ts';
import { storedBytes, type LoadNode, type LoweredKernel } from './lowered.ts';

/** Tuning of the generator for a target. */
export interface TileTuning {
  /** f32 values in a vector. */
  readonly lanes: number;
  /** Rows of a contraction's tile by its vectors (index 1 to `vectors`). */
  readonly rows: readonly number[];
  /** Largest number of vectors along the lanes in a tile. */
  readonly vectors: number;
  /** Steps of a reduction between reloads of the accumulators, when each step touches new cache lines. */
  readonly reductionChunk: number;
  /** Most products that are added one after the other. */
  readonly longestSum: number;
  /** Bytes of the splatted operand that one group of rows should span. */
  readonly rowGroupBytes: number;
  /** Most times that a panel of a large operand is used up before the next one is worth fetching ahead; 0 where the target cannot. */
  readonly prefetchedPasses: number;
}

/** Two pixels by 16 channels: measured best for 15 vector registers. */
export const simd128Tuning: TileTuning = {
  lanes: 4,
  rows: [1, 4, 4, 2, 2],
  vectors: 4,
  reductionChunk: 64,
  longestSum: 192,
  rowGroupBytes: 1 << 17,
  prefetchedPasses: 0,
};

/** A loop over blocks of a tiled output axis, which are divided evenly among `parts` iterations of the outermost, shared loop. */
export interface BlockLoop {
  readonly axis: number;
  readonly parts: number;
}

/** The `depth` outermost loops over reduction axes add up partial sums, and so do pieces of `chunk` steps of the next one, if not 0. */
export interface PartialSums {
  readonly depth: number;
  readonly chunk: number;
}

export interface TilePlan {
  /** Elements of a vector. */
  readonly lanes: number;
  readonly lane: number | undefined;
  /** Elements of each axis that one tile covers; 1 where absent. */
  readonly tile: ReadonlyMap<number, number>;
  /** Flattened into the loop that threads share, outermost first. */
  readonly shared: readonly BlockLoop[];
  /** Loops inside one shared iteration, outermost first. */
  readonly inner: readonly number[];
  /** Reduction axes with loops, outermost first. */
  readonly reduction: readonly number[];
  /** Outermost loops over slices of reduction axes; accumulators are kept in the output between slices. */
  readonly slices: readonly { readonly axis: number; readonly size: number }[];
  /** Some operand of the reduction is one value for all lanes. */
  readonly splat: boolean;
  /** How partial sums are added up, where not everything is one sum. */
  readonly partial: PartialSums | undefined;
  /** In each step of the sum, what lies so many bytes ahead of this operand is fetched: the next panel, where they come from memory. */
  readonly prefetch: { readonly slot: number; readonly bytes: number } | undefined;
  /** Estimated vector instructions of the whole kernel. */
  readonly cost: number;
}

const cacheLine = 64;
/** Accumulators that leave registers for both operands. */
const mostTaps = 9;
const shortestSum = 32;
/** Bytes that no cache of a core holds. */
const largeOperand = 2 ** 22;
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
  const prefetch = lane === undefined ? undefined : nextPanel(kernel, loads, lane, shape, reduction, tuning);
  return {
    lanes: tuning.lanes,
    lane,
    tile: shape.tile,
    splat: shape.splat,
    ...loops,
    reduction,
    slices,
    partial,
    prefetch,
    cost,
  };
}

interface TileShape {
  readonly tile: Map<number, number>;
  readonly row: number | undefined;
  /** Some operand of the reduction is one value for all lanes. */
  readonly splat: boolean;
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

function extentOf(kernel: LoweredKernel, axis: number): number {
  return kernel.extents.get(axis) ?? 1;
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
  const balanced = Math.ceil(available / Math.ceil(available / tuning.vectors));
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
    const row = best(shares, (axis) => Math.min(extentOf(kernel, axis), 64) - strided(axis) / 2 ** 40);
    tile.set(lane, balanced * lanes);
    if (row !== undefined) tile.set(row, evenSize(extentOf(kernel, row), tuning.rows[balanced] ?? 1));
    return { tile, row, splat };
  }
  const overlapping = rows.flatMap((row) => {
    const axes = kernel.reductionAxes.filter(
      (axis) => extentOf(kernel, axis) <= 5 && loads.some((load) => overlaps(load.address, row, axis)),
    );
    const shared = loads.some((load) => !load.axes.has(row)) && loads.some((load) => load.axes.has(row));
    return axes.length > 0 && (shared || loads.length === 1)
      ? [{ row, unrolled: best(axes, (axis) => -strided(axis)) }]
      : [];
  });
  const window = best(overlapping, ({ row }) => -strided(row));
  if (window?.unrolled !== undefined) {
    if (lane !== undefined) tile.set(lane, lanes);
    tile.set(window.row, Math.min(4, extentOf(kernel, window.row)));
    tile.set(window.unrolled, extentOf(kernel, window.unrolled));
    return { tile, row: window.row, splat };
  }
  const taps = lane === undefined ? [] : tapsOf(rows, loads, strided, (axis) => extentOf(kernel, axis));
  for (const axis of taps) tile.set(axis, extentOf(kernel, axis));
  if (lane !== undefined) tile.set(lane, (taps.length > 0 ? 1 : Math.max(1, Math.min(balanced, 4))) * lanes);
  return { tile, row: undefined, splat };
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

function reductionOrder(
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
function reductionSlices(
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
    slices.unshift({ axis, size: evenSize(extent, Math.max(1, room)) });
    room = 1;
  }
  return slices;
}

/** Only where every reduction of the kernel is one f32 sum over all loops. */
function partialSums(
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

/** The operand whose panels, a cache line for each step, are read once each from memory and used for a few rows. */
function nextPanel(
  kernel: LoweredKernel,
  loads: readonly LoadNode[],
  lane: number,
  { tile, row, splat }: TileShape,
  reduction: readonly number[],
  { prefetchedPasses }: TileTuning,
): TilePlan['prefetch'] {
  const innermost = reduction.at(-1);
  if (!splat || row === undefined || innermost === undefined) return undefined;
  const passes = Math.ceil(extentOf(kernel, row) / (tile.get(row) ?? 1));
  if (passes > prefetchedPasses) return undefined;
  const load = loads.find(({ axes }) => axes.has(lane) && !axes.has(row));
  if (load === undefined || load.address.coefficients.get(innermost) !== cacheLine) return undefined;
  const size = [...load.axes].reduce((product, axis) => product * extentOf(kernel, axis), storedBytes[load.stored]);
  const steps = [...load.address.coefficients].filter(
    ([axis]) => axis !== lane && !kernel.reductionAxes.includes(axis),
  );
  const [bytes] = steps.map(([, coefficient]) => coefficient).sort((a, b) => a - b);
  return size < largeOperand || bytes === undefined || bytes <= cacheLine ? undefined : { slot: load.slot, bytes };
}

function evenSize(extent: number, size: number): number {
  return Math.ceil(extent / Math.ceil(extent / size));
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
  if (!splat) return { axes: [...others, ...rows, ...lanes], rowGroups: false };
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
