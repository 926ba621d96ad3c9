// A weight gradient with stride 1: transformed tiles of the image and of the gradient, their products summed over tiles for
// each point, and the taps from the sums.

import type { Axis, Expr, Kernel } from '@netwright/compiler';
import { axisIndex, binary, constantIndex, load, reduce, rewrite, rewriteIndex } from '@netwright/compiler/kernels';

import { strideAlong } from '../contraction.ts';
import { storageInOrder } from '../persistent-storage.ts';
import { applyBothSides } from './apply-matrix.ts';
import { axesNamed, extentsWith, grid, indicesOf, shapeOf, substitution, tapIndex, type TilePlan } from './plan.ts';
import type { Scratch } from './scratch.ts';
import { transpose } from './toom-cook.ts';
import { partName, transformImage, transformPositions } from './transform-operands.ts';

/** The kernels that compute what `plan.kernel` does. */
export function correlateTiles(plan: TilePlan, scratch: Scratch): readonly Kernel[] {
  const { kernel, sum, pointAxis, tileAxes } = plan;
  const byOutput = (axes: readonly number[]): readonly number[] =>
    [...axes].sort((a, b) => reach(plan, scratch, b) - reach(plan, scratch, a));
  const imageAxes = byOutput(sum.imageAxes);
  const otherAxes = byOutput(sum.otherAxes);
  const shared = axesNamed(plan, sum.sharedAxes);
  const image = axesNamed(plan, imageAxes);
  const other = axesNamed(plan, otherAxes);
  const summed = axesNamed(plan, sum.summedAxes);
  const tileOrder = [...summed, ...tileAxes, ...shared, ...image];
  const tiles = transformImage(plan, tileOrder, shared.length + image.length, scratch);
  const gradients = transformPositions(plan, sum.summedAxes, [...sum.sharedAxes, ...otherAxes], scratch);
  const factor = (buffer: number, inner: readonly Axis[]): Expr =>
    load(buffer, 'f32', indicesOf([pointAxis, ...summed, ...tileAxes, ...shared, ...inner]));
  // The lanes belong to whichever operand the result has contiguous.
  const own = [...shared, ...image, ...other].sort((a, b) => reach(plan, scratch, b.id) - reach(plan, scratch, a.id));
  const products = scratch.add([pointAxis.extent, ...shapeOf(own)], 1);
  const multiply: Kernel = {
    name: partName(plan, 'products'),
    sources: kernel.sources,
    axes: [pointAxis, ...own],
    reductionAxes: [...summed, ...tileAxes],
    outputs: [
      {
        buffer: products,
        index: indicesOf([pointAxis, ...own]),
        value: reduce(
          'sum',
          [...summed, ...tileAxes].map(({ id }) => id),
          binary('mul', factor(tiles.buffer, image), factor(gradients.buffer, other)),
        ),
      },
    ],
  };
  return [...tiles.kernels, ...gradients.kernels, multiply, ...finish(plan, products, own, scratch)];
}

function reach({ kernel }: TilePlan, { buffers }: Scratch, axis: number): number {
  const [output] = kernel.outputs;
  return output === undefined
    ? 0
    : Math.abs(strideAlong(axis, output.index, buffers[output.buffer]?.storage.strides ?? []));
}

/** The taps from the sums; in a buffer of their own where the kernel does more with them than store them. */
function finish(plan: TilePlan, products: number, own: readonly Axis[], scratch: Scratch): readonly Kernel[] {
  const { kernel, sum, down, across, taps } = plan;
  const [rows, columns] = sum.windows;
  const [only, ...more] = kernel.outputs;
  const isWhole = only !== undefined && more.length === 0 && only.value.kind === 'reduce';
  const shape = shapeOf(kernel.axes);
  const byReach = kernel.axes
    .map((_, k) => k)
    .sort((a, b) => {
      const at = (position: number): number => reach(plan, scratch, kernel.axes[position]?.id ?? -1);
      return at(b) - at(a);
    });
  const target = isWhole
    ? { buffer: only.buffer, index: only.index }
    : { buffer: scratch.addWith(shape, storageInOrder(shape, byReach)), index: indicesOf(kernel.axes) };
  const read = indicesOf(own);
  const values = applyBothSides(
    transpose(down.filter),
    transpose(across.filter),
    grid(down.points, across.points, (row, column) =>
      load(products, 'f32', [constantIndex(row * across.points + column), ...read]),
    ),
  );
  const stores = grid(taps, taps, (row, column) => {
    const value = values[row]?.[column];
    const rewriting = {
      axes: substitution(plan, [
        [rows.tap, tapIndex(rows, row, taps)],
        [columns.tap, tapIndex(columns, column, taps)],
      ]),
      extents: extentsWith(own),
    };
    return value === undefined
      ? []
      : [{ buffer: target.buffer, index: target.index.map((one) => rewriteIndex(one, rewriting)), value }];
  });
  const transform: Kernel = {
    name: partName(plan, 'taps'),
    sources: kernel.sources,
    axes: own,
    reductionAxes: [],
    outputs: stores.flat(2),
  };
  if (isWhole) return [transform];
  const made: Expr = load(
    target.buffer,
    'f32',
    kernel.axes.map(({ id }) => axisIndex(id)),
  );
  const rewriting = {
    axes: new Map(),
    extents: extentsWith(kernel.axes),
    replace: (expr: Expr) => (expr.kind === 'reduce' ? made : undefined),
  };
  const memo = new Map<Expr, Expr>();
  return [
    transform,
    {
      ...kernel,
      reductionAxes: [],
      outputs: kernel.outputs.map((output) => ({ ...output, value: rewrite(output.value, rewriting, memo) })),
    },
  ];
}
