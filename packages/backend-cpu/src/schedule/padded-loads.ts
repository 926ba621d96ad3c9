// Loads that sums of products, and kernels that read overlapping tiles, make of a tensor and of the padding around it.

import type { Guard, Kernel, KernelProgram } from '@netwright/compiler';
import { equalTerms, kernelLoads, type LoadExpr, loadsOf, rangeOf } from '@netwright/compiler/kernels';

import { contractionsOf, extentsOf, multiplications } from './contraction.ts';

/** Fewest multiplications for each copied element. */
const intensity = 16;
/** Kernels without sums that read so many places of an operand for each point read overlapping tiles of it. */
const tileLoads = 4;

export interface PaddedLoad {
  /** Position in the program. */
  readonly kernel: number;
  /** All its guards keep an index inside the tensor. */
  readonly load: LoadExpr;
  /** First and last index visited, for each dimension. */
  readonly window: readonly (readonly [number, number])[];
  /** Copied elements that the relief from guards is worth; 0 where no guard can fail. */
  readonly worth: number;
}

/** For each kernel of the program its loads of buffers that some kernel reads under guards. */
export function paddedLoadsOf(program: KernelProgram): readonly (readonly PaddedLoad[])[] {
  const guarded = new Set<number>();
  for (const kernel of program.kernels)
    for (const { buffer, guards } of kernelLoads(kernel)) if (guards.length > 0) guarded.add(buffer);
  return program.kernels.map((kernel, at) => {
    if (!kernelLoads(kernel).some(({ buffer }) => guarded.has(buffer))) return [];
    return loadsWithin(kernel, at, program).filter(({ load }) => guarded.has(load.buffer));
  });
}

function loadsWithin(kernel: Kernel, at: number, { buffers }: KernelProgram): readonly PaddedLoad[] {
  const extents = extentsOf(kernel);
  const evaluations = kernel.axes.reduce((product, { extent }) => product * extent, 1);
  return [
    ...contractionsOf(kernel).flatMap((reduce) => {
      const worth = multiplications(kernel, reduce) / intensity;
      return loadsOf(reduce.body).flatMap((load) => paddedLoad(load, worth));
    }),
    ...tilesOf(kernel).flatMap((load) => paddedLoad(load, evaluations)),
  ];

  function paddedLoad(load: LoadExpr, worth: number): readonly PaddedLoad[] {
    const shape = buffers[load.buffer]?.shape ?? [];
    if (!load.guards.every((guard) => keepsInside(load, guard, shape))) return [];
    const padded = load.guards.some(({ index, lower, upper }) => {
      const [low, high] = rangeOf(index, extents) ?? [-Infinity, Infinity];
      return low < lower || high >= upper;
    });
    const window: (readonly [number, number])[] = [];
    for (const index of load.index) {
      const range = rangeOf(index, extents);
      if (range === undefined) return [];
      window.push(range);
    }
    return [{ kernel: at, load, window, worth: padded ? worth : 0 }];
  }
}

/** Loads of whole tiles outside sums, of buffers of which several places are read under guards. */
function tilesOf(kernel: Kernel): readonly LoadExpr[] {
  if (kernel.reductionAxes.length > 0) return [];
  const byBuffer = new Map<number, Set<LoadExpr>>();
  for (const load of kernelLoads(kernel)) byBuffer.set(load.buffer, (byBuffer.get(load.buffer) ?? new Set()).add(load));
  return [...byBuffer.values()].flatMap((loads) =>
    [...loads].filter(({ guards }) => guards.length > 0).length < tileLoads ? [] : [...loads],
  );
}

/** Whether the guard holds where one index of the load is inside the tensor. */
function keepsInside(load: LoadExpr, { index, lower, upper }: Guard, shape: readonly number[]): boolean {
  return load.index.some(
    (one, k) =>
      lower - index.offset === -one.offset &&
      upper - index.offset === (shape[k] ?? 1) - one.offset &&
      equalTerms(one, index),
  );
}
