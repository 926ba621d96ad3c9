// A convolution with stride 1, or its input gradient: transformed tiles and filters, one matrix product for each point, and
// the tiles of the result with whatever the kernel does with it.

import type { Axis, Expr, Kernel } from '@netwright/compiler';
import {
  addIndices,
  axisIndex,
  binary,
  constantIndex,
  load,
  reduce,
  rewrite,
  rewriteIndex,
} from '@netwright/compiler/kernels';

import { strideAlong } from '../contraction.ts';
import { filledPanel, rowsAcrossTiles, type Registers } from '../registers.ts';
import { applyBothSides } from './apply-matrix.ts';
import { axesNamed, extentsWith, grid, indicesOf, shapeOf, type TilePlan } from './plan.ts';
import type { Scratch } from './scratch.ts';
import { partName, tilePosition, transformFilter, transformImage } from './transform-operands.ts';

/** The kernels that compute what `plan.kernel` does. */
export function convolveTiles(plan: TilePlan, scratch: Scratch, registers: Registers): readonly Kernel[] {
  const { kernel, sum, pointAxis, tileAxes } = plan;
  const lane = laneOf(plan, scratch);
  const rest = sum.otherAxes.filter((axis) => axis !== lane);
  const positions = [...axesNamed(plan, sum.imageAxes), ...tileAxes];
  const shared = axesNamed(plan, sum.sharedAxes);
  const others = axesNamed(plan, rest);
  const summed = axesNamed(plan, sum.summedAxes);
  const rows = rowsAcrossTiles(
    positions.reduce((product, { extent }) => product * extent, 1),
    registers,
  );
  const panel = panelOf(plan, lane, rows, registers);
  /** Positions along the lanes, or else channels. */
  const inOrder = <T>(ofPositions: readonly T[], ofChannels: readonly T[]): readonly T[] =>
    rows === undefined ? [...ofPositions, ...ofChannels] : [...ofChannels, ...ofPositions];
  const tileOrder = inOrder(positions, [...shared, ...summed]);
  const tiles = transformImage(plan, tileOrder, rows === undefined ? shared.length + summed.length : 1, scratch);
  const filters = transformFilter(plan, [...sum.sharedAxes, ...rest], sum.summedAxes, panel, scratch);
  const padded = panel.blocks.extent * panel.lanes.extent;
  const products = scratch.add(
    [pointAxis.extent, ...inOrder(shapeOf(positions), [...shapeOf(shared), ...shapeOf(others), padded])],
    rows === undefined ? shared.length + others.length + 1 : 1,
  );
  const channel = addIndices(axisIndex(panel.blocks.id, panel.lanes.extent), axisIndex(panel.lanes.id));
  const factor = (buffer: number, axes: readonly Axis[]) => load(buffer, 'f32', indicesOf(axes));
  const multiply: Kernel = {
    name: partName(plan, 'products'),
    sources: kernel.sources,
    axes: [pointAxis, ...inOrder(positions, [...shared, ...others, panel.blocks, panel.lanes])],
    reductionAxes: summed,
    outputs: [
      {
        buffer: products,
        index: [
          axisIndex(pointAxis.id),
          ...inOrder(indicesOf(positions), [...indicesOf(shared), ...indicesOf(others), channel]),
        ],
        value: reduce(
          'sum',
          sum.summedAxes,
          binary(
            'mul',
            factor(tiles.buffer, [pointAxis, ...tileOrder]),
            factor(filters.buffer, [pointAxis, ...shared, ...others, panel.blocks, ...summed, panel.lanes]),
          ),
        ),
      },
    ],
  };
  const laneAxes = axesNamed(plan, [lane]);
  const finish = regionsOf(plan).map((region) =>
    finishRegion(plan, region, products, inOrder(positions, [...shared, ...others, ...laneAxes])),
  );
  return [...tiles.kernels, ...filters.kernels, multiply, ...finish];
}

/** The axis of the filter along which outputs lie closest. */
function laneOf({ kernel, sum }: TilePlan, { buffers }: Scratch): number {
  const reach = (axis: number): number =>
    Math.min(
      ...kernel.outputs.map(({ buffer, index }) =>
        Math.abs(strideAlong(axis, index, buffers[buffer]?.storage.strides ?? [])),
      ),
    );
  return sum.otherAxes.reduce((best, axis) => (reach(axis) < reach(best) ? axis : best), sum.otherAxes[0] ?? -1);
}

/** @param given - The width, where it is not for the channels to decide. */
function panelOf(
  { extents, freeAxis }: TilePlan,
  axis: number,
  given: number | undefined,
  registers: Registers,
): { readonly axis: number; readonly blocks: Axis; readonly lanes: Axis } {
  const extent = extents.get(axis) ?? 1;
  const width = given ?? (extent <= 16 ? extent : filledPanel(extent, registers));
  return {
    axis,
    blocks: { id: freeAxis, extent: Math.ceil(extent / width) },
    lanes: { id: freeAxis + 1, extent: width },
  };
}

/** Tiles of one size: how many outputs of each the image has left. */
interface Region {
  readonly name: string;
  readonly first: readonly [number, number];
  readonly count: readonly [number, number];
  readonly outputs: readonly [number, number];
}

function regionsOf({ sum, down, across, extents }: TilePlan): readonly Region[] {
  const parts = sum.windows.map(({ position }, k) => {
    const { outputs } = k === 0 ? down : across;
    const extent = extents.get(position) ?? 1;
    const full = Math.floor(extent / outputs);
    const left = extent % outputs;
    return [
      ...(full > 0 ? [{ first: 0, count: full, outputs }] : []),
      ...(left > 0 ? [{ first: full, count: 1, outputs: left }] : []),
    ];
  });
  const [rows = [], columns = []] = parts;
  return rows.flatMap((row, i) =>
    columns.map((column, j) => ({
      name: `outputs${i + j === 0 ? '' : String(2 * i + j)}`,
      first: [row.first, column.first],
      count: [row.count, column.count],
      outputs: [row.outputs, column.outputs],
    })),
  );
}

function finishRegion(
  plan: TilePlan,
  { name, first, count, outputs }: Region,
  products: number,
  order: readonly Axis[],
): Kernel {
  const { kernel, sum, down, across, tileAxes } = plan;
  const [rows, columns] = sum.windows;
  const positions = new Map([
    [rows.position, { id: tileAxes[0].id, extent: count[0] }],
    [columns.position, { id: tileAxes[1].id, extent: count[1] }],
  ]);
  const axes = kernel.axes.map((axis) => positions.get(axis.id) ?? axis);
  const moved = new Map(
    tileAxes.map(({ id }, k) => [id, addIndices(axisIndex(id), constantIndex(first[k] ?? 0))] as const),
  );
  const read = order.map(({ id }) => moved.get(id) ?? axisIndex(id));
  const extents = extentsWith(axes, kernel.reductionAxes);
  const tile = applyBothSides(
    down.output,
    across.output,
    grid(down.points, across.points, (row, column) =>
      load(products, 'f32', [constantIndex(row * across.points + column), ...read]),
    ),
  );
  const stores = Array.from({ length: outputs[0] }, (_, row) =>
    Array.from({ length: outputs[1] }, (_unused, column) => {
      const value = tile[row]?.[column];
      const rewriting = {
        axes: new Map([
          [rows.position, tilePosition(tileAxes[0], down.outputs, first[0] * down.outputs + row)],
          [columns.position, tilePosition(tileAxes[1], across.outputs, first[1] * across.outputs + column)],
        ]),
        extents,
        replace: (expr: Expr) => (expr.kind === 'reduce' ? value : undefined),
      };
      const memo = new Map<Expr, Expr>();
      return kernel.outputs.map((output) => ({
        buffer: output.buffer,
        index: output.index.map((one) => rewriteIndex(one, rewriting)),
        value: rewrite(output.value, rewriting, memo),
      }));
    }),
  );
  return { ...kernel, name: partName(plan, name), axes, reductionAxes: [], outputs: stores.flat(2) };
}
