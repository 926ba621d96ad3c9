// Which thread computes which element.

import { NetwrightError } from '@netwright/ir';
import type { Index, Kernel } from '@netwright/compiler';
import {
  axisIndex,
  Dependencies,
  loadsOf,
  numberedAxes,
  reducesOf,
  unflatten,
  type Extents,
} from '@netwright/compiler/kernels';

export interface Grid {
  /** Threads along x and, where there are two dimensions, y. */
  readonly output: readonly number[];
  /** Threads along x that have an element of their own. */
  readonly width: number;
  /** Axes that stand for the position of a thread, along x and y. */
  readonly threads: readonly number[];
  /** The kernel's axes in terms of those, for each element that a thread computes. */
  readonly elements: readonly ReadonlyMap<number, Index>[];
  /** Extents of the thread and reduction axes. */
  readonly extents: Extents;
}

/** Fewest elements of a row that is worth a dimension of its own. */
const SHORTEST_ROW = 4;
/** Threads of a row that run as one vector. */
const LANES = 4;
/** Rows that a thread may compute at once. */
export const BLOCK = 4;
/** Fewest steps of a sum that are worth the objects that gpu.js makes for each thread with more than one element. */
const LONGEST_SUM = 256;

/**
 * Threads for the elements in row-major order.
 *
 * @param rows - whether there may be two dimensions, where that lets a whole row share what it loads.
 * @param blocks - whether a thread may compute one element of each of four rows, where that lets them share what they load.
 * @throws NetwrightError `gpujs.output` for an output that does not number the elements of its buffer.
 */
export function chooseGrid(kernel: Kernel, shape: readonly number[], rows: boolean, blocks: boolean): Grid {
  const ids = [...kernel.axes, ...kernel.reductionAxes].map(({ id }) => id);
  const first = Math.max(-1, ...ids) + 1;
  const split = rows ? rowStart(kernel, shape) : 0;
  const parts = split === 0 ? [shape] : [shape.slice(split), shape.slice(0, split)];
  const sizes = parts.map((part) => part.reduce((product, dim) => product * dim, 1));
  const block = blocks && split > 0 && isBlocked(kernel, shape, split) ? BLOCK : 1;
  const extents = new Map(kernel.reductionAxes.map(({ id, extent }): [number, number] => [id, extent]));
  sizes.forEach((size, at) => extents.set(first + at, at === 0 ? size : size / block));
  const [width] = sizes;
  // Rows that do not consist of vectors would not be computed as such.
  const threads = block === 1 ? width : Math.ceil(width / LANES) * LANES;
  const output = sizes.map((size, at) => (at === 0 ? threads : size / block));
  const elements = Array.from({ length: block }, (_, row) => {
    const places = parts.map((part, at) => {
      const position = at === 0 ? axisIndex(first) : axisIndex(first + 1, block, row);
      return unflatten(position, part, extents);
    });
    const axes = numberedAxes(kernel, places.toReversed().flat(), extents);
    if (axes !== undefined) return axes;
    throw new NetwrightError({
      code: 'gpujs.output',
      operation: 'load',
      scope: kernel.name,
      expected: 'a kernel that numbers the elements of its output',
      received: 'one that leaves some out',
    });
  });
  return { output, width, threads: output.map((_, at) => first + at), elements, extents };
}

/** Whether rows come in blocks, all reductions are long sums, and all rows of a block load something in common. */
function isBlocked(
  { outputs: [{ index, value }], reductionAxes }: Kernel,
  shape: readonly number[],
  split: number,
): boolean {
  const dependencies = new Dependencies();
  const row = dependencies.ofIndex(index[split - 1]);
  const steps = new Map(reductionAxes.map(({ id, extent }) => [id, extent]));
  const reduces = reducesOf(value);
  return (
    shape[split - 1] % BLOCK === 0 &&
    reduces.length > 0 &&
    reduces.every(
      ({ op, dtype, axes, body }) =>
        op === 'sum' &&
        dtype === 'f32' &&
        axes.reduce((product, axis) => product * (steps.get(axis) ?? 1), 1) >= LONGEST_SUM &&
        loadsOf(body).some((load) => [...row].every((axis) => !dependencies.of(load).has(axis))),
    )
  );
}

/** Where the last dimensions begin that some load of a reduction does not depend on; 0 where that is no use. */
function rowStart({ outputs: [{ index, value }] }: Kernel, shape: readonly number[]): number {
  const dependencies = new Dependencies();
  const dimensions = index.map((one) => dependencies.ofIndex(one));
  const loads = reducesOf(value).flatMap(({ body }) => loadsOf(body).map((load) => dependencies.of(load)));
  const isShared = (from: number): boolean =>
    loads.some((axes) => dimensions.slice(from).every((own) => [...own].every((axis) => !axes.has(axis))));
  let start = shape.length;
  while (start > 0 && isShared(start - 1)) start--;
  const length = shape.slice(start).reduce((product, dim) => product * dim, 1);
  return length < SHORTEST_ROW ? 0 : start;
}
