// The kernels that take image tiles, filters and gradients into the domain where a sum of products is pointwise.

import type { Axis, BufferDecl, Expr, Guard, Index, Kernel } from '@netwright/compiler';
import {
  addIndices,
  axisIndex,
  constantIndex,
  exprKey,
  type LoadExpr,
  rewrite,
  scaleIndex,
} from '@netwright/compiler/kernels';

import { applyBothSides } from './apply-matrix.ts';
import { axesNamed, extentsWith, grid, indicesOf, shapeOf, substitution, tapIndex, type TilePlan } from './plan.ts';
import type { Scratch } from './scratch.ts';
import { transpose, type Matrix } from './toom-cook.ts';

/** A transformed operand: dimension 0 of the buffer is the point. */
export interface Transformed {
  /** None where another part of the sum has made it. */
  readonly kernels: readonly Kernel[];
  readonly buffer: number;
}

/** Tiles of the image that overlap by the taps: [point][...axes], of which the last `inner` make one row. */
export function transformImage(plan: TilePlan, axes: readonly Axis[], inner: number, scratch: Scratch): Transformed {
  const { sum, down, across, taps, tileAxes } = plan;
  const [rows, columns] = sum.windows;
  const tiles = grid(down.points, across.points, (row, column) =>
    readTile(plan, sum.image, scratch.buffers, axes, [
      [rows.position, tilePosition(tileAxes[0], down.outputs, row)],
      [columns.position, tilePosition(tileAxes[1], across.outputs, column)],
      [rows.tap, tapIndex(rows, 0, taps)],
      [columns.tap, tapIndex(columns, 0, taps)],
    ]),
  );
  return writePoints(plan, 'tiles', axes, inner, tiles, [down.input, across.input], scratch);
}

/** Tiles of the other operand at the same positions, without overlap. */
export function transformPositions(
  plan: TilePlan,
  outer: readonly number[],
  inner: readonly number[],
  scratch: Scratch,
): Transformed {
  const { sum, down, across, tileAxes } = plan;
  const [rows, columns] = sum.windows;
  const axes = [...axesNamed(plan, outer), ...tileAxes, ...axesNamed(plan, inner)];
  const tiles = grid(down.outputs, across.outputs, (row, column) =>
    readTile(plan, sum.other, scratch.buffers, axes, [
      [rows.position, tilePosition(tileAxes[0], down.outputs, row)],
      [columns.position, tilePosition(tileAxes[1], across.outputs, column)],
    ]),
  );
  const matrices = [transpose(down.output), transpose(across.output)] as const;
  return writePoints(plan, 'gradients', axes, inner.length, tiles, matrices, scratch);
}

/** The filter: [point][...outer][panel][...inner][lane], zero beyond the extent of the axis that panels cut. */
export function transformFilter(
  plan: TilePlan,
  outer: readonly number[],
  inner: readonly number[],
  panel: { readonly axis: number; readonly blocks: Axis; readonly lanes: Axis },
  scratch: Scratch,
): Transformed {
  const { sum, down, across, taps, extents } = plan;
  const [rows, columns] = sum.windows;
  const axes = [...axesNamed(plan, outer), panel.blocks, ...axesNamed(plan, inner), panel.lanes];
  const position = addIndices(axisIndex(panel.blocks.id, panel.lanes.extent), axisIndex(panel.lanes.id));
  const inside = { index: position, lower: 0, upper: extents.get(panel.axis) ?? 1 };
  const rewriting = { extents: extentsWith(axes) };
  const filter = grid(taps, taps, (row, column) =>
    rewrite(
      { ...sum.other, guards: [...sum.other.guards, { ...inside, index: axisIndex(panel.axis) }], fill: 0 },
      {
        ...rewriting,
        axes: substitution(plan, [
          [panel.axis, position],
          [rows.tap, tapIndex(rows, row, taps)],
          [columns.tap, tapIndex(columns, column, taps)],
        ]),
      },
    ),
  );
  return writePoints(plan, 'filters', axes, inner.length + 1, filter, [down.filter, across.filter], scratch);
}

/** The position at `offset` in a tile. */
export function tilePosition({ id }: Axis, outputs: number, offset: number): Index {
  return addIndices(scaleIndex(axisIndex(id), outputs), constantIndex(offset));
}

/** The load with the given indices in place of axes; 0 outside the buffer and beyond the last position. */
function readTile(
  plan: TilePlan,
  load: LoadExpr,
  buffers: readonly BufferDecl[],
  axes: readonly Axis[],
  given: readonly (readonly [number, Index])[],
): Expr {
  const shape = buffers[load.buffer]?.shape ?? [];
  const moved = new Set(given.map(([axis]) => axis));
  const bounds = load.index.flatMap((index, dimension): Guard[] =>
    index.terms.some(({ atom }) => atom.kind === 'axis' && moved.has(atom.axis))
      ? [{ index, lower: 0, upper: shape[dimension] ?? 1 }]
      : [],
  );
  return rewrite(
    { ...load, guards: [...load.guards, ...bounds], fill: 0 },
    { axes: substitution(plan, given), extents: extentsWith(axes) },
  );
}

function writePoints(
  plan: TilePlan,
  part: string,
  axes: readonly Axis[],
  inner: number,
  tile: readonly (readonly Expr[])[],
  [down, across]: readonly [Matrix, Matrix],
  scratch: Scratch,
): Transformed {
  const { kernel, pointAxis } = plan;
  const key = `${part} ${JSON.stringify(axes)} ${tile.flat().map(exprKey).join()}`;
  const { buffer, isNew } = scratch.once(key, () => scratch.add([pointAxis.extent, ...shapeOf(axes)], inner));
  if (!isNew) return { buffer, kernels: [] };
  const index = indicesOf(axes);
  const outputs = applyBothSides(down, across, tile)
    .flat()
    .map((value, point) => ({ buffer, index: [constantIndex(point), ...index], value }));
  return {
    buffer,
    kernels: [{ name: partName(plan, part), sources: kernel.sources, axes, reductionAxes: [], outputs }],
  };
}

/** Names a part of a kernel after the variant, as reports show it. */
export function partName({ kernel, down, across, taps }: TilePlan, part: string): string {
  return `${kernel.name}/F(${down.outputs}x${across.outputs},${taps}x${taps}).${part}`;
}
